"""From the journal to the tenants: nothing is lost, nobody speaks for another, one bad part harms no sibling."""

import json
from datetime import timedelta

import pytest

from django.conf import settings
from django.db import OperationalError

from apps.conversations.models import Message
from apps.core.clock import now
from apps.core.redis import connection
from apps.core.wake import wake
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.whatsapp import drain, intake, tasks
from apps.whatsapp.models import QuarantinedEntry, WebhookDelivery, secret_fingerprint
from apps.whatsapp.tests.factories import BusinessAccountFactory, NumberFactory
from apps.whatsapp.tests.journal_helpers import drain_all, handle, journal
from apps.whatsapp.tests.samples import BUSINESS_PHONE, METADATA, NUMBER, WABA, body, message, messages_value

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State


@pytest.fixture
def number():
    account = BusinessAccountFactory(waba_id=WABA)
    return NumberFactory(organization=account.organization, account=account, phone_number_id=NUMBER)


def text(wamid: str, words: str = "Olá", **value) -> bytes:
    return body(messages_value(message("text", {"body": words}, id=wamid), **value))


def texts() -> list[str]:
    with platform_scope(reason="test"):
        return list(Message.objects.exclude(text="").order_by("id").values_list("text", flat=True))


def test_a_delivery_becomes_its_messages_and_is_done(number):
    (row,) = handle(text("wamid.1", "Oi"))
    assert texts() == ["Oi"]
    assert (row.state, row.note, row.handled_at is not None) == (State.DONE, "", True)


def test_a_flush_takes_the_wake_up_along_and_the_beat_finds_the_row(number):
    row, waiting = journal(text("wamid.1", "Oi")), lambda: connection().llen("inbound")
    wake("whatsapp.drain")
    assert waiting() == 1
    connection().flushdb()
    assert (waiting(), texts()) == (0, []), "negative control: by Valkey alone nobody would ever come"
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        if entry["task"] == tasks.drain.name:
            tasks.drain()
    row.refresh_from_db()
    assert (row.state, texts()) == (State.DONE, ["Oi"])


def test_an_unknown_number_is_journalled_noted_and_counted(number):
    stranger = {**METADATA, "phone_number_id": "999"}
    (row,) = handle(text("wamid.1", metadata=stranger))
    assert (row.state, row.note) == (State.DONE, "unknown number 999")
    assert texts() == []


def test_an_app_secret_never_speaks_for_another_companys_number(number):
    """Both companies are customers of this house; the second one signs a body that names the first one's number."""
    rival = BusinessAccountFactory(app_secret="rival", signer=secret_fingerprint("rival"))
    (row,) = handle(text("wamid.1"), signer=rival.signer)
    assert row.note == f"unknown number {NUMBER}"
    assert texts() == []
    handle(text("wamid.2", "own app"))
    assert texts() == ["own app"], "negative control: the number's own app is heard"


def test_an_app_secret_never_changes_another_companys_account(number):
    event = body({"decision": "REJECTED"}, "account_review_update")
    (row,) = handle(event, signer=secret_fingerprint("rival"))
    assert row.note == f"unknown account {WABA}"
    with tenant_scope(number.organization_id):
        number.account.refresh_from_db()
    assert number.account.review_status == ""


def test_one_body_may_speak_of_two_companies(number):
    other = BusinessAccountFactory(waba_id="55")
    NumberFactory(organization=other.organization, account=other, phone_number_id="77")
    one, two = (
        json.loads(text(f"wamid.{n}", f"para {n}", metadata={**METADATA, "phone_number_id": pk}))
        for n, pk in (("1", NUMBER), ("2", "77"))
    )
    one["entry"] += two["entry"]
    handle(json.dumps(one).encode())
    for tenant, words in ((number.organization_id, "para 1"), (other.organization_id, "para 2")):
        with tenant_scope(tenant):
            assert [row.text for row in Message.objects.filter(direction="in")] == [words]


def test_a_broken_entry_is_quarantined_with_its_reason_while_its_siblings_go_through(number):
    good = message("text", {"body": "inteira"}, id="wamid.good")
    (row,) = handle(body(messages_value({"id": "wamid.bad", "type": "text", "timestamp": "x"}, good, "nonsense")))
    assert texts() == ["inteira"]
    assert row.state == State.DONE
    reasons = list(QuarantinedEntry.objects.filter(delivery=row).values_list("path", "reason"))
    assert len(reasons) == 2
    assert all(path and reason for path, reason in reasons)


HOSTILE = [b"", b"\x00", b"[" * 100_000, b'{"entry": ' + b"9" * 5000 + b"}", b'{"entry": "x"}', b"null"]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_nobody_understands_is_kept_and_blocks_nothing(number, raw):
    first, second = handle(raw, text("wamid.after", "depois"))
    assert (first.state, second.state) == (State.DONE, State.DONE)
    assert texts() == ["depois"]
    assert bytes(WebhookDelivery.objects.get(pk=first.pk).body) == raw


def test_nul_and_lone_surrogates_are_cleaned(number):
    handle(
        text("wamid.1", "a\x00b").replace(b"Ol", b"Ol"),
        text("wamid.2", "SURROGATE").replace(b"SURROGATE", b"c\\ud800d"),
    )
    assert len(texts()) == 2
    assert all("\x00" not in found and "\ud800" not in found for found in texts())


def test_a_poisonous_delivery_fails_alone_and_can_be_replayed(number, monkeypatch):
    consumers = list(intake._consumers)

    def poisonous(arrivals):
        if any(found.text == "veneno" for arrival in arrivals for found in arrival.change.messages):
            raise RuntimeError("cannot handle this one")

    monkeypatch.setattr(intake, "_consumers", [*consumers, poisonous])
    rows = handle(text("wamid.1", "antes"), text("wamid.2", "veneno"), text("wamid.3", "depois"))
    assert [row.state for row in rows] == [State.DONE, State.FAILED, State.DONE]
    assert texts() == ["antes", "depois"]
    assert (rows[1].note, rows[1].attempts) == ("RuntimeError: cannot handle this one", 1)
    monkeypatch.setattr(intake, "_consumers", consumers)
    WebhookDelivery.objects.filter(pk=rows[1].pk).update(state=State.NEW)
    drain_all()
    assert sorted(texts()) == ["antes", "depois", "veneno"]


def test_a_lost_database_is_nobodys_fault_and_leaves_the_delivery_in_line(number, monkeypatch):
    def away(_arrivals):
        raise OperationalError("the database is away")

    row = journal(text("wamid.1"))
    consumers = list(intake._consumers)
    for found in ([away], [_fails_in_batches_then_away()]):
        monkeypatch.setattr(intake, "_consumers", found)
        with pytest.raises(OperationalError):
            drain_all()
    row.refresh_from_db()
    assert row.state == State.NEW
    monkeypatch.setattr(intake, "_consumers", consumers)
    assert drain_all() == 1
    assert texts() == ["Olá"]


def _fails_in_batches_then_away():
    errors = [RuntimeError("first"), OperationalError("then away")]

    def consumer(_arrivals):
        raise errors.pop(0)

    return consumer


def test_batches_are_bounded_and_everything_is_handled(number):
    for n in range(7):
        journal(text(f"wamid.{n}", f"{n}"))
    assert drain.drain_batch(3) == 3
    assert drain_all() == 4
    assert texts() == [str(n) for n in range(7)]


def test_handled_deliveries_go_after_thirty_days_and_failed_ones_stay(number):
    rows = handle(*(text(f"wamid.{n}") for n in range(3)))
    WebhookDelivery.objects.update(handled_at=now() - timedelta(days=31))
    WebhookDelivery.objects.filter(pk=rows[0].pk).update(state=State.FAILED)
    WebhookDelivery.objects.filter(pk=rows[1].pk).update(handled_at=now())
    assert drain.prune() == 1
    assert set(WebhookDelivery.objects.values_list("pk", flat=True)) == {rows[0].pk, rows[1].pk}


def test_the_display_number_names_what_an_account_event_is_about(number):
    with tenant_scope(number.organization_id):
        number.display_phone = f"+{BUSINESS_PHONE}"
        number.save()
    value = {"display_phone_number": BUSINESS_PHONE, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"}
    handle(body(value, "phone_number_quality_update", time=1769000000))
    with tenant_scope(number.organization_id):
        number.refresh_from_db()
    assert (number.tier, number.throughput) == ("TIER_UNLIMITED", "HIGH")


def test_organizations_without_numbers_are_untouched(number):
    OrganizationFactory()
    assert handle(text("wamid.1"))[0].state == State.DONE
