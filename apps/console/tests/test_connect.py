"""The guided connection: nothing typed is lost, nothing is kept until all checks pass, then webhook and queue."""

from datetime import timedelta

import pytest

from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.whatsapp.connect.attempts import change, credentials_of, note
from apps.whatsapp.connect.checks import STEPS
from apps.whatsapp.connect.report import Check, Report, Verdict
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount, ConnectionAttempt, Number
from apps.whatsapp.tasks import forget_attempts
from apps.whatsapp.tests.factories import BusinessAccountFactory

pytestmark = pytest.mark.django_db
TYPED = {
    "waba_id": "70017001",
    "phone_number_id": "80018001",
    "app_id": "123456",
    "app_secret": "hush-hush",
    "access_token": "EAAtoken",
}


LEARNT = {
    "account": {"name": "Acme"},
    "number": {"id": "80018001", "display_phone_number": "+55 11 99999-0000", "status": "CONNECTED"},
}


@pytest.fixture
def meta(monkeypatch):
    """What Meta would say; `fails` is the check that fails, `asked` the checks that were run."""

    class Meta:
        fails = ""
        webhook: object = None
        asked: list[str]

    def check(key, credentials, report):
        Meta.asked.append(key)
        report.account, report.number = LEARNT["account"], LEARNT["number"]
        if key == Meta.fails:
            return Check(key, Verdict.FAILED, "found this", "do that")
        return Check(key, Verdict.PASSED, f"{key} is well")

    def about(number):
        if isinstance(Meta.webhook, Exception):
            raise Meta.webhook
        return {"webhook_configuration": Meta.webhook, "status": "CONNECTED", "quality_rating": "RED"}

    monkeypatch.setattr("apps.console.graph.check", check)
    monkeypatch.setattr("apps.console.graph.about", about)
    monkeypatch.setattr("apps.console.graph.unsubscribe", lambda waba_id, token: False)
    Meta.asked, Meta.fails = [], ""
    return Meta


def begin(company, browser, **changes) -> ConnectionAttempt:
    browser.post(company.url("number_connect"), TYPED | changes)
    with tenant_scope(company.organization):
        return ConnectionAttempt.objects.latest("id")


def run(company, browser, attempt, key):
    """One check, as the page asks for it."""
    address = company.url("number_check", attempt_id=attempt.pk, key=key)
    return browser.post(address, headers={"HX-Request": "true"}).content.decode()


def run_all(company, browser, attempt) -> str:
    return [run(company, browser, attempt, key) for key in STEPS][-1]


def fresh(company, attempt) -> ConnectionAttempt:
    with tenant_scope(company.organization):
        return ConnectionAttempt.objects.get(pk=attempt.pk)


def test_each_check_appears_by_itself_and_starts_the_next_one(company, meta):
    browser = company.client("admin")
    attempt = begin(company, browser)
    page = browser.get(company.url("number_checks", attempt_id=attempt.pk)).content.decode()
    assert meta.asked == []
    assert page.count('hx-trigger="load, submit"') == 1
    assert 'id="run-token"' in page
    answer = run(company, browser, attempt, "token")
    assert meta.asked == ["token"]
    assert "token is well" in answer
    assert 'id="run-account"' in answer
    assert answer.count('hx-trigger="load, submit"') == 1


def test_a_failure_stops_the_chain_until_somebody_tries_again(company, meta):
    browser, meta.fails = company.client("admin"), "account"
    attempt = begin(company, browser)
    run(company, browser, attempt, "token")
    answer = run(company, browser, attempt, "account")
    assert "found this" in answer
    assert "do that" in answer
    assert "load, submit" not in answer
    assert 'id="again-account"' in answer
    run(company, browser, attempt, "number")
    assert meta.asked == ["token", "account"], "what depends on a failure is not tried"
    meta.fails = ""
    assert 'id="run-number"' in run(company, browser, attempt, "account")


def test_after_an_interruption_the_page_goes_on_where_it_was_with_all_that_was_typed(company, meta):
    browser = company.client("admin")
    attempt = begin(company, browser)
    run(company, browser, attempt, "token")
    page = company.client("admin").get(company.url("number_checks", attempt_id=attempt.pk)).content.decode()
    assert 'id="run-account"' in page
    for name in ("waba_id", "phone_number_id", "app_id"):
        assert f'value="{TYPED[name]}"' in page
    assert (
        company.url("number_checks", attempt_id=attempt.pk)
        in browser.get(company.url("number_connect")).content.decode()
    )


def test_no_page_ever_shows_a_pasted_secret_and_none_is_stored_in_the_open(company, meta):
    browser = company.client("admin")
    attempt = begin(company, browser)
    pages = [
        browser.get(company.url(name, **kwargs)).content.decode()
        for name, kwargs in (("number_connect", {}), ("number_checks", {"attempt_id": attempt.pk}))
    ]
    assert not any(TYPED[name] in page for page in pages for name in ("app_secret", "access_token"))
    assert b"hush-hush" not in fresh(company, attempt).app_secret.sealed
    run_all(company, browser, attempt)
    assert not fresh(company, attempt).app_secret
    assert not fresh(company, attempt).access_token


def test_changed_values_keep_the_secrets_and_begin_the_checks_anew(company, meta):
    browser, meta.fails = company.client("admin"), "account"
    attempt = begin(company, browser)
    for key in ("token", "account"):
        run(company, browser, attempt, key)
    typed = {"waba_id": "70017002", "phone_number_id": "80018001", "app_id": "123456"}
    answer = browser.post(company.url("number_checks", attempt_id=attempt.pk), typed)
    assert answer.status_code == 302
    changed = fresh(company, attempt)
    assert (changed.waba_id, changed.findings, changed.app_secret.reveal()) == ("70017002", {}, "hush-hush")
    browser.post(company.url("number_checks", attempt_id=attempt.pk), typed | {"access_token": "EAAother"})
    assert fresh(company, attempt).access_token.reveal() == "EAAother"


def test_an_answer_about_old_values_counts_no_more(company, meta):
    browser = company.client("admin")
    attempt = begin(company, browser)
    with tenant_scope(company.organization):
        old = ConnectionAttempt.objects.get(pk=attempt.pk)
        change(fresh(company, attempt), credentials_of(old))
        assert note(old, Check("token", Verdict.PASSED), Report()).findings == {}


def test_without_script_a_check_leads_back_to_the_page(company, meta):
    browser = company.client("admin")
    attempt = begin(company, browser)
    answer = browser.post(company.url("number_check", attempt_id=attempt.pk, key="token"))
    assert answer.url == company.url("number_checks", attempt_id=attempt.pk)
    assert browser.post(company.url("number_check", attempt_id=attempt.pk, key="made-up")).status_code == 404


def test_a_number_that_another_company_took_meanwhile_is_told_at_its_check(company, meta):
    browser = company.client("admin")
    attempt = begin(company, browser)
    BusinessAccountFactory(waba_id="70017001")
    answer = run_all(company, browser, attempt)
    assert "another company" in answer
    assert fresh(company, attempt).finished_at is None


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
    assert meta.asked == []


def test_an_account_of_another_company_is_refused_before_meta_is_asked(company, meta):
    BusinessAccountFactory(waba_id="70017001")
    answer = company.client("admin").post(company.url("number_connect"), TYPED)
    assert answer.status_code == 422
    assert "another company" in answer.content.decode()
    assert meta.asked == []


def test_the_three_steps_end_with_a_number_that_has_a_queue(company, meta):
    browser = company.client("admin")
    done = run_all(company, browser, begin(company, browser))
    with tenant_scope(company.organization):
        number = Number.objects.get(phone_number_id="80018001")
        verify_token = number.account.verify_token
    following = company.url("number_webhook", number_id=number.pk)
    assert following in done
    step = browser.get(following)
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
    meta.fails = "token"
    assert browser.post(address, typed).status_code == 302
    with tenant_scope(company.organization):
        attempt = ConnectionAttempt.objects.get()
    run_all(company, browser, attempt)
    assert secret(company) == "token"
    meta.fails = ""
    done = run_all(company, browser, attempt)
    assert secret(company) == "EAAnew"
    assert company.url("number", number_id=company.number.pk) in done


def test_abandoned_connections_are_forgotten_with_their_secrets(company, meta):
    old, young = (begin(company, company.client("admin")) for _ in range(2))
    with tenant_scope(company.organization):
        ConnectionAttempt.objects.filter(pk=old.pk).update(created_at=now() - timedelta(days=8))
    forget_attempts()
    with tenant_scope(company.organization):
        assert ConnectionAttempt.objects.get() == young


def secret(company) -> str:
    with tenant_scope(company.organization):
        return BusinessAccount.objects.get(pk=company.number.account_id).access_token.reveal()
