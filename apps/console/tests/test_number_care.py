"""A number's page: banners that say what to do, its profile, its link and QR code, what Meta stopped."""

from datetime import timedelta

import pytest

from apps.console.troubles import troubles_of
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp import stops
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount, Number, TemplateStop
from apps.whatsapp.tests.factories import TemplateStopFactory

pytestmark = pytest.mark.django_db
ATTENTION, DISCONNECTED = BusinessAccount.Status.ATTENTION, BusinessAccount.Status.DISCONNECTED
PROFILE = {"about": "Oi", "description": "Loja", "websites": ["https://a.example/"], "vertical": "RETAIL", "email": ""}


@pytest.fixture
def meta(monkeypatch):
    """Meta's profile; an exception in `says` is raised, `got` is what was written."""

    class Meta:
        says: object = PROFILE
        got: object = None

        @staticmethod
        def profile(number):
            if isinstance(Meta.says, Exception):
                raise Meta.says
            return Meta.says

        @staticmethod
        def change(number, fields):
            if isinstance(Meta.says, Exception):
                raise Meta.says
            Meta.got = fields

    monkeypatch.setattr("apps.console.graph.profile", Meta.profile)
    monkeypatch.setattr("apps.console.graph.change_profile", Meta.change)
    return Meta


@pytest.mark.parametrize(
    ("account", "number", "said", "action"),
    [
        ({"status": ATTENTION, "problem": "no"}, {}, "no", "number_token"),
        ({"status": DISCONNECTED}, {}, "disconnected this account", "number_token"),
        ({"token_expires_at": timedelta(days=-1)}, {}, "has expired", "number_token"),
        ({"token_expires_at": timedelta(days=3)}, {}, "expires on", "number_token"),
        ({"paid_stop_code": 131042}, {}, "payment", "number_allow_paid"),
        ({"restrictions": [{"restriction_type": "X"}]}, {}, "restricts", ""),
        ({}, {"paused_until": timedelta(hours=1), "pause_reason": "Paused by Ana."}, "Paused by Ana", "number_resume"),
        ({}, {"status": "FLAGGED"}, "FLAGGED", ""),
        ({}, {"quality": "RED"}, "Quality is low", ""),
        ({}, {"quality": "YELLOW"}, "Quality is medium", ""),
    ],
)
def test_each_trouble_is_a_banner_with_the_step_that_mends_it(company, account, number, said, action):
    with tenant_scope(company.organization):
        BusinessAccount.objects.update(**moments(account))
        Number.objects.update(**moments(number))
    page = company.client("admin").get(company.url("number", number_id=company.number.pk)).content.decode()
    assert said in page
    if action:
        assert f'"{company.url(action, number_id=company.number.pk)}"' in page
    assert said in company.client("admin").get(company.url("numbers")).content.decode()


def moments(fields):
    return {name: now() + value if isinstance(value, timedelta) else value for name, value in fields.items()}


def test_a_healthy_number_has_no_banner(company):
    with tenant_scope(company.organization):
        assert troubles_of(Number.objects.select_related("account", "route").get()) == []
    page = company.client("admin").get(company.url("number", number_id=company.number.pk)).content.decode()
    assert 'data-testid="trouble"' not in page


def test_a_settled_payment_and_a_stopped_template_are_allowed_again(company):
    account = company.number.account
    stop = TemplateStopFactory(organization=company.organization, account=account)
    with tenant_scope(company.organization):
        stops.stop_paid(account.pk, 131042)
    browser, number_id = company.client("admin"), company.number.pk
    assert stop.name in browser.get(company.url("number", number_id=number_id)).content.decode()
    browser.post(company.url("number_allow_paid", number_id=number_id))
    browser.post(company.url("template_allow", number_id=number_id, stop_id=stop.pk))
    with tenant_scope(company.organization):
        assert BusinessAccount.objects.get().paid_stop_code is None
        assert not TemplateStop.objects.exists()


def test_the_profile_is_read_from_meta_and_written_back(company, meta):
    browser, address = company.client("admin"), company.url("number_profile", number_id=company.number.pk)
    form = browser.get(address).context["form"]
    assert (form.initial["about"], form.initial["website"]) == ("Oi", "https://a.example/")
    typed = {"about": "Novo", "description": "", "website": "b.example", "vertical": "", "email": "a@b.example"}
    assert browser.post(address, typed).status_code == 302
    assert meta.got == {
        "about": "Novo",
        "description": "",
        "address": "",
        "email": "a@b.example",
        "websites": ["https://b.example"],
    }


@pytest.mark.parametrize("field", ["about", "description", "email", "website", "vertical"])
def test_a_profile_beyond_metas_limits_is_named_before_meta_is_asked(company, meta, field):
    address = company.url("number_profile", number_id=company.number.pk)
    answer = company.client("admin").post(address, {field: "x" * 600})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert meta.got is None


def test_a_profile_that_meta_refuses_keeps_what_was_typed(company, meta):
    meta.says = GraphError(100, "Param about is odd", http_status=400)
    address = company.url("number_profile", number_id=company.number.pk)
    answer = company.client("admin").post(address, {"about": "typed words"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "typed words" in body
    assert "Param about is odd" in body


def test_silence_of_meta_offers_to_try_again(company, meta):
    meta.says = GraphError(NO_ANSWER, "timeout")
    answer = company.client("admin").get(company.url("number_profile", number_id=company.number.pk))
    assert answer.status_code == 200
    assert "could not be read" in answer.content.decode()


@pytest.mark.parametrize("odd", [{}, {"websites": "x"}, {"websites": [None, 1, 2]}, {"about": None}])
def test_an_odd_profile_is_shown_as_far_as_it_goes(company, meta, odd):
    meta.says = odd
    answer = company.client("admin").get(company.url("number_profile", number_id=company.number.pk))
    assert answer.status_code == 200


def test_the_qr_code_is_a_picture_of_the_link(company):
    browser, address = company.client("admin"), company.url("number_qr", number_id=company.number.pk)
    answer = browser.get(address)
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert "attachment" in browser.get(address, {"download": ""})["Content-Disposition"]
    digits = "".join(filter(str.isdigit, company.number.display_phone))
    page = browser.get(company.url("number", number_id=company.number.pk)).content.decode()
    assert f"https://wa.me/{digits}" in page
