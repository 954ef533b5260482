"""Keeping what passed: secrets sealed, one company per number, pauses, a token that is forgotten at the end."""

import pytest

from apps.audit.models import AuditEvent
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.whatsapp.connect import numbers
from apps.whatsapp.connect.report import Credentials, Report
from apps.whatsapp.errors import GraphError
from apps.whatsapp.models import BusinessAccount, Number, secret_fingerprint
from apps.whatsapp.tests.factories import BusinessAccountFactory, NumberFactory

pytestmark = pytest.mark.django_db
CREDENTIALS = Credentials("7001", "8001", "123456", "hush", "EAAtoken")


@pytest.fixture
def actor():
    member = MembershipFactory(role="owner")
    with tenant_scope(member.organization):
        yield member


def report(**number) -> Report:
    told = {"id": "8001", "display_phone_number": "+55 11 99999-0000", "verified_name": "Acme", "status": "CONNECTED"}
    return Report(account={"name": "Acme", "currency": "BRL"}, number=told | number)


def test_secrets_are_sealed_and_the_signer_known(actor):
    number = numbers.keep(CREDENTIALS, report(), actor=actor)
    account = BusinessAccount.objects.get()
    assert account.access_token.reveal() == "EAAtoken"
    assert b"EAAtoken" not in account.access_token.sealed
    assert account.app_secret.reveal() == "hush"
    assert account.signer == secret_fingerprint("hush")
    assert number.display_phone == "+55 11 99999-0000"
    assert AuditEvent.objects.get().action == "number.connected"


def test_connecting_again_renews_the_same_rows(actor):
    first = numbers.keep(CREDENTIALS, report(), actor=actor)
    numbers.disconnect(first, actor=actor)
    again = numbers.keep(CREDENTIALS, report(), actor=actor)
    assert again.pk == first.pk
    assert again.is_active
    assert BusinessAccount.objects.get().status == BusinessAccount.Status.CONNECTED


@pytest.mark.parametrize("field", ["waba_id", "phone_number_id"])
def test_what_another_company_holds_is_refused(actor, field):
    if field == "waba_id":
        BusinessAccountFactory(waba_id="7001")
    else:
        NumberFactory(phone_number_id="8001")
    with pytest.raises(numbers.TakenElsewhere):
        numbers.keep(CREDENTIALS, report(), actor=actor)
    assert not Number.objects.exists()


def test_pause_holds_sending_until_it_is_resumed(actor):
    number = NumberFactory(organization=actor.organization)
    numbers.pause(number, until=None, actor=actor)
    assert number.paused_until > now()
    assert not Number.objects.sending().exists()
    numbers.resume(number, actor=actor)
    assert Number.objects.sending().get() == number


def test_the_token_is_forgotten_with_the_last_number_of_its_account(actor):
    account = BusinessAccountFactory(organization=actor.organization)
    one, two = (NumberFactory(organization=actor.organization, account=account) for _ in range(2))
    assert not numbers.disconnect(one, actor=actor)
    assert BusinessAccount.objects.get().access_token
    assert numbers.disconnect(two, actor=actor)
    account = BusinessAccount.objects.get()
    assert not account.access_token
    assert account.status == BusinessAccount.Status.DISCONNECTED


def test_a_new_token_lifts_problem_and_pauses(actor):
    number = NumberFactory(organization=actor.organization, paused_until=now(), pause_reason="token")
    numbers.note_refusal(number, GraphError(190, "expired " * 100, http_status=401))
    assert BusinessAccount.objects.get().status == BusinessAccount.Status.ATTENTION
    credentials = Credentials("7001", "8001", "123456", "new-secret", "new-token")
    numbers.replace_token(number, credentials, report(), actor=actor)
    account = BusinessAccount.objects.get()
    assert (account.status, account.problem) == (BusinessAccount.Status.CONNECTED, "")
    assert account.access_token.reveal() == "new-token"
    assert Number.objects.get().paused_until is None


def test_odd_words_of_meta_are_kept_short_and_harmless(actor):
    odd = report(throughput="fast", quality_rating="G" * 50, verified_name="Ac\x00me\u202e", status=None)
    number = numbers.keep(CREDENTIALS, odd, actor=actor)
    number.refresh_from_db()
    assert number.verified_name == "Ac\ufffdme"
    assert len(number.quality) == 16
    assert number.throughput == ""


@pytest.mark.parametrize("again", [False, True])
def test_the_owner_is_kept_on_connecting_and_with_a_new_token(actor, again):
    told = report()
    number = numbers.keep(CREDENTIALS, told, actor=actor)
    assert BusinessAccount.objects.get().portfolio_scope == "waba:7001"
    told.portfolio_id = "5069"
    if again:
        numbers.replace_token(number, CREDENTIALS, told, actor=actor)
    else:
        numbers.keep(CREDENTIALS, told, actor=actor)
    assert BusinessAccount.objects.get().portfolio_scope == "5069"
    numbers.keep(CREDENTIALS, report(), actor=actor)
    assert BusinessAccount.objects.get().portfolio_scope == "5069", "an owner that Meta hides now is not forgotten"
