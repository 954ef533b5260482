"""The send loop: posted once, settled by what WhatsApp said; what may have arrived is never posted again by itself."""

import asyncio
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest

from django.core.exceptions import ValidationError
from django.db import connections

from apps.contacts.models import Contact
from apps.conversations import sending, tasks
from apps.conversations.models import Conversation, Message, Status
from apps.conversations.sending import Draft, courier
from apps.conversations.sending.claims import claim
from apps.conversations.sending.outcomes import accepted, settle
from apps.conversations.sending.reconcile import reconcile
from apps.conversations.tests.conftest import status_of
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount, Number
from apps.whatsapp.tests.journal_helpers import SIGNER, journal

pytestmark = pytest.mark.django_db(transaction=True)


def deliver():
    async def run():
        from asgiref.sync import sync_to_async

        try:
            return await courier.deliver()
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(run())


def due():
    Message.objects.update(next_attempt_at=None)


def test_what_is_accepted_is_sent_and_posted_once(house, provider):
    chat = house.chat()
    row = house.send(chat, "Olá")
    assert deliver() == 1
    assert (status_of(row), row.wamid) == (Status.SENT, "wamid.out.1")
    (request,) = provider.posted
    assert (request.content["text"], request.to, request.callback_id) == (
        "Olá",
        chat.contact.phone,
        str(row.callback_id),
    )
    chat.refresh_from_db()
    assert chat.last_status == "sent"
    assert deliver() == 0


AMBIGUOUS = {
    "no answer": GraphError(NO_ANSWER, ambiguous=True),
    "HTTP 500": GraphError(131000, http_status=500),
    "HTTP 503": GraphError(2, http_status=503),
}


@pytest.mark.parametrize("error", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_may_have_arrived_is_unknown_and_never_posted_again(house, provider, error):
    row = house.send(house.chat())
    provider.script = [error]
    deliver()
    assert status_of(row) == Status.UNKNOWN
    due()
    assert deliver() == 0
    Message.objects.update(claimed_at=now() - timedelta(days=1))
    reconcile()
    assert deliver() == 0
    assert len(provider.posted) == 1


def test_negative_control_a_lost_answer_taken_for_a_refusal_would_be_posted_twice(house, provider):
    house.send(house.chat())
    provider.script = [GraphError(130429, http_status=429)]  # had it arrived all the same, there would be two
    deliver()
    due()
    deliver()
    first, second = provider.posted
    assert first.content == second.content


def test_a_refusal_that_passes_is_tried_again_later_and_not_at_once(house, provider):
    row = house.send(house.chat())
    provider.script = [GraphError(130429, http_status=429)]
    assert deliver() == 1
    assert status_of(row) == Status.QUEUED
    assert row.next_attempt_at > now()
    assert deliver() == 0
    due()
    assert deliver() == 1
    assert (status_of(row), row.attempts) == (Status.SENT, 2)


def test_trying_again_ends(house, provider):
    row = house.send(house.chat())
    provider.script = [GraphError(130429, http_status=429) for _ in range(100)]
    for _ in range(100):
        due()
        if not deliver():
            break
    assert status_of(row) == Status.FAILED
    assert 1 < len(provider.posted) < 50


def test_a_permanent_refusal_fails_with_its_code(house, provider):
    row = house.send(house.chat())
    provider.script = [GraphError(131026, details="not on WhatsApp")]
    deliver()
    assert (status_of(row), row.error_code) == (Status.FAILED, 131026)
    assert row.error_text


def test_an_unusable_content_fails_in_words(house, provider):
    row = house.send(house.chat())
    provider.script = [ValidationError("This file can't be sent.")]
    deliver()
    assert (status_of(row), row.error_detail) == (Status.FAILED, "This file can't be sent.")


def test_errors_have_consequences_for_window_contact_and_number(house, provider):
    chat = house.chat()
    for code in (131047, 131050, 131026, 190):
        house.send(chat, str(code))
    provider.script = [GraphError(code, http_status=400) for code in (131047, 131050, 131026, 190)]
    deliver()
    chat.refresh_from_db()
    assert not chat.is_window_open
    contact = Contact.objects.get()
    assert contact.marketing_stopped_at is not None
    assert Number.objects.get().paused_until > now()
    assert BusinessAccount.objects.get().status == BusinessAccount.Status.ATTENTION


def test_a_paused_number_sends_nothing(house, provider):
    row = house.send(house.chat())
    Number.objects.update(paused_until=now() + timedelta(minutes=1))
    assert deliver() == 0
    Number.objects.update(paused_until=now() - timedelta(minutes=1))
    assert deliver() == 1
    assert status_of(row) == Status.SENT


def test_the_order_of_a_conversation_is_kept_even_when_the_first_waits(house, provider):
    chat = house.chat()
    first, second = house.send(chat, "primeira"), house.send(chat, "segunda")
    provider.script = [GraphError(130429, http_status=429)]
    deliver()
    assert (status_of(first), status_of(second)) == (Status.QUEUED, Status.QUEUED)
    due()
    deliver()
    assert [request.content["text"] for request in provider.posted] == ["primeira", "primeira", "segunda"]


def test_two_workers_never_claim_the_same(house):
    chat = house.chat()
    house.send(chat)
    assert len(claim(10)) == 1
    assert claim(10) == []


def test_a_killed_worker_leaves_unknown_after_the_lease_and_nothing_is_posted_again(house, provider):
    row = house.send(house.chat())
    claim(10)  # and killed here
    assert reconcile() == 0
    assert status_of(row) == Status.SENDING
    Message.objects.update(claimed_at=now() - timedelta(minutes=4))
    assert reconcile() == 1
    assert status_of(row) == Status.UNKNOWN
    assert deliver() == 0
    assert provider.posted == []


def test_an_answer_after_the_lease_still_counts(house):
    row = house.send(house.chat())
    (job,) = claim(10)
    Message.objects.update(claimed_at=now() - timedelta(minutes=4))
    reconcile()
    settle([accepted(job, "wamid.late")])
    assert (status_of(row), row.wamid) == (Status.SENT, "wamid.late")


def test_the_answer_of_an_older_attempt_is_ignored(house):
    row = house.send(house.chat())
    (job,) = claim(10)
    Message.objects.update(status=Status.HELD)
    sending.resend(row.pk, author=house.agent)
    (newer,) = claim(10)
    settle([accepted(job, "wamid.old")])
    assert status_of(row) == Status.SENDING
    settle([accepted(newer, "wamid.new")])
    assert (status_of(row), row.wamid) == (Status.SENT, "wamid.new")


def test_without_an_echo_it_is_held_only_while_other_webhooks_flow(house):
    row = house.send(house.chat())
    Message.objects.filter(pk=row.pk).update(status=Status.UNKNOWN, claimed_at=now() - timedelta(minutes=20))
    from apps.whatsapp.models import WebhookDelivery

    WebhookDelivery.objects.all().delete()
    assert reconcile() == 0
    journal(b"another app", signer="another app")
    assert reconcile() == 0
    assert status_of(row) == Status.UNKNOWN
    journal(b"our app", signer=SIGNER)
    assert reconcile() == 1
    assert status_of(row) == Status.HELD


def test_the_task_stays_for_what_is_stored_while_it_listens(house, provider):
    chat = house.chat()
    house.send(chat, "primeira")

    def another_one():
        while not provider.posted:
            time.sleep(0.01)
        with tenant_scope(house.organization):
            house.send(chat, "segunda")
        connections.close_all()

    agent = threading.Thread(target=another_one)
    agent.start()
    tasks.deliver()
    agent.join()
    assert [request.content["text"] for request in provider.posted] == ["primeira", "segunda"]
    assert set(Message.objects.filter(direction="out").values_list("status", flat=True)) == {Status.SENT}


def test_a_hundred_at_once_are_each_posted_once(house, provider):
    from apps.whatsapp.tests.samples import message

    for n in range(30):
        phone = f"551197777{n:04d}"
        said = {
            **message("text", {"body": "oi"}, id=f"wamid.{n}", timestamp=str(int(now().timestamp()))),
            "from": phone,
        }
        said.pop("from_user_id")
        house.say(said, contacts=[{"profile": {"name": phone}, "wa_id": phone}])
    for conversation in Conversation.objects.all():
        for n in range(3):
            sending.send(conversation.pk, Draft(uuid4(), text=f"{n}"), author=None)
    assert deliver() == 90
    assert len({request.callback_id for request in provider.posted}) == 90
    by_person: dict[str, list[str]] = {}
    for request in provider.posted:
        by_person.setdefault(request.to, []).append(request.content["text"])
    assert set(map(tuple, by_person.values())) == {("0", "1", "2")}
