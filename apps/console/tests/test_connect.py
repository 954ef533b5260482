"""The guided connection: nothing typed is lost, nothing is kept until all checks pass, then webhook and queue."""

import pytest

from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.whatsapp.connect.report import Check, Report, Verdict
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount, Number
from apps.whatsapp.tests.factories import BusinessAccountFactory

pytestmark = pytest.mark.django_db
TYPED = {
    "waba_id": "70017001",
    "phone_number_id": "80018001",
    "app_id": "123456",
    "app_secret": "hush-hush",
    "access_token": "EAAtoken",
}


def report(verdict: Verdict) -> Report:
    checks = [Check("token", "Access token", verdict, "found this", "do that")]
    number = {"id": "80018001", "display_phone_number": "+55 11 99999-0000", "status": "CONNECTED"}
    return Report(checks=checks, account={"name": "Acme"}, number=number)


@pytest.fixture
def meta(monkeypatch):
    """What Meta would say; `asked` counts the questions."""

    class Meta:
        verdict = Verdict.PASSED
        webhook: object = None
        asked = 0

    def examine(credentials):
        Meta.asked += 1
        return report(Meta.verdict)

    def about(number):
        if isinstance(Meta.webhook, Exception):
            raise Meta.webhook
        return {"webhook_configuration": Meta.webhook, "status": "CONNECTED", "quality_rating": "RED"}

    monkeypatch.setattr("apps.console.graph.examine", examine)
    monkeypatch.setattr("apps.console.graph.about", about)
    monkeypatch.setattr("apps.console.graph.unsubscribe", lambda waba_id, token: False)
    Meta.asked = 0
    return Meta


def test_a_failed_check_keeps_what_was_typed_and_stores_nothing(company, meta):
    meta.verdict = Verdict.FAILED
    answer = company.client("admin").post(company.url("number_connect"), TYPED)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "found this" in body
    assert "do that" in body
    for value in TYPED.values():
        assert f'value="{value}"' in body
    assert body.count('type="password"') == 2
    with tenant_scope(company.organization):
        assert not Number.objects.filter(phone_number_id="80018001").exists()


def test_a_page_opened_anew_holds_no_secret(company, meta):
    meta.verdict = Verdict.FAILED
    browser = company.client("admin")
    browser.post(company.url("number_connect"), TYPED)
    assert "hush-hush" not in browser.get(company.url("number_connect")).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("waba_id", "+55 11 9999", "Only digits"),
        ("app_secret", "", "required"),
        ("access_token", "EAA two", "no spaces"),
    ],
)
def test_a_wrong_value_is_named_before_meta_is_asked(company, meta, field, value, sentence):
    answer = company.client("admin").post(company.url("number_connect"), TYPED | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert sentence in answer.content.decode()
    assert meta.asked == 0


def test_an_account_of_another_company_is_refused_before_meta_is_asked(company, meta):
    BusinessAccountFactory(waba_id="70017001")
    answer = company.client("admin").post(company.url("number_connect"), TYPED)
    assert answer.status_code == 422
    assert "another company" in answer.content.decode()
    assert meta.asked == 0


def test_the_three_steps_end_with_a_number_that_has_a_queue(company, meta):
    browser = company.client("admin")
    answer = browser.post(company.url("number_connect"), TYPED)
    with tenant_scope(company.organization):
        number = Number.objects.get(phone_number_id="80018001")
        verify_token = number.account.verify_token
    assert answer.url == company.url("number_webhook", number_id=number.pk)
    step = browser.get(answer.url)
    assert verify_token in step.content.decode()
    assert step.context["callback_url"].endswith("/webhooks/whatsapp/")
    answer = browser.post(
        company.url("number_queue", number_id=number.pk), {"queue": company.queue.pk, "label": " SP "}
    )
    assert answer.url == company.url("number", number_id=number.pk)
    with tenant_scope(company.organization):
        number = Number.objects.get(pk=number.pk)
        assert (number.label, number.route.queue) == ("SP", company.queue)


@pytest.mark.parametrize(
    ("webhook", "is_set"),
    [
        ({"application": "{url}"}, True),
        ({"application": "{url}", "phone_number": "https://other.example/"}, False),
        (None, False),
        ("odd", False),
        (GraphError(NO_ANSWER, "timeout"), False),
    ],
)
def test_the_webhook_step_says_where_meta_delivers(company, meta, settings, webhook, is_set):
    url = f"{settings.PUBLIC_URL}/webhooks/whatsapp/"
    if isinstance(webhook, dict):
        webhook = {key: value.format(url=url) for key, value in webhook.items()}
    meta.webhook = webhook
    answer = company.client("admin").get(company.url("number_webhook", number_id=company.number.pk))
    assert (answer.status_code, answer.context["is_set"]) == (200, is_set)


def test_the_queue_of_another_company_cannot_be_chosen(company, meta, client):
    stranger = MembershipFactory(role="owner")
    client.force_login(stranger.user)
    address = company.url("number_queue", number_id=company.number.pk)
    answer = company.client("admin").post(address, {"queue": stranger.pk})
    assert answer.status_code == 422
    assert client.post(address, {"queue": company.queue.pk}).status_code == 404


def test_a_new_token_is_used_only_after_its_checks(company, meta):
    browser, address = company.client("admin"), company.url("number_token", number_id=company.number.pk)
    typed = {"app_id": "123456", "app_secret": "new", "access_token": "EAAnew"}
    meta.verdict = Verdict.FAILED
    assert browser.post(address, typed).status_code == 422
    assert secret(company) == "token"
    meta.verdict = Verdict.PASSED
    assert browser.post(address, typed).status_code == 302
    assert secret(company) == "EAAnew"


def secret(company) -> str:
    with tenant_scope(company.organization):
        return BusinessAccount.objects.get(pk=company.number.account_id).access_token.reveal()
