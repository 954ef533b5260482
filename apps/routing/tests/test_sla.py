"""Clocks of conversations as customers write, people answer and conversations move; what it costs; due times anew."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.merging import merge
from apps.conversations import services as conversations
from apps.conversations import snoozing
from apps.conversations.models import Conversation
from apps.conversations.sending import Draft, send
from apps.conversations.tests.conftest import House, house
from apps.conversations.tests.test_told_elsewhere import echo
from apps.core.clock import now
from apps.core.events import publish
from apps.routing import reviewing, services
from apps.routing.models import SlaClock, SlaReview
from apps.teams.events import QueueChanged
from apps.teams.forms import SlaPolicyForm
from apps.teams.models import SlaPolicy
from apps.teams.tests.factories import QueueFactory, SlaPolicyFactory
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import METADATA, body, message

__all__ = ["House", "house"]
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def promise(house, queue=None, **targets):
    policy = SlaPolicyFactory(organization=house.organization, **targets)
    queue = queue or house.queue
    queue.sla_policy = policy
    queue.save()
    return policy


def states():
    return sorted(SlaClock.objects.values_list("kind", "state"))


def fresh(conversation):
    return Conversation.objects.select_related("queue").get(pk=conversation.pk)


def write(house, words="Olá"):
    return house.text(words, timestamp=str(int(now().timestamp()))).conversation


def customers(house, numbers, words="Oi"):
    """One message from each of many customers, in one delivery."""
    said = [message("text", {"body": words}, id=f"wamid.{words}.{number}") for number in numbers]
    for each, number in zip(said, numbers, strict=True):
        each |= {"from": f"55119{number:08d}"}
        each.pop("from_user_id")
    people = [{"profile": {"name": each["from"]}, "wa_id": each["from"]} for each in said]
    house.say(*said, contacts=people)


def hold(house, conversation):
    return services.assign(conversation.pk, to=house.agent, actor=house.members["supervisor"])


@pytest.fixture
def at_noon():
    with time_machine.travel("2026-11-18 15:00:00+00:00", tick=False) as clock:
        yield clock


def test_from_the_first_message_to_the_closing(house, at_noon):
    promise(house, first_answer_minutes=10, next_answer_minutes=20, resolution_minutes=60)
    chat = write(house)
    assert states() == [("first_answer", "ok"), ("resolution", "ok")]
    assert fresh(chat).sla_due_at == now() + 10 * MINUTE
    hold(house, chat)
    at_noon.shift(300)
    house.send(fresh(chat))
    assert states() == [("first_answer", "met"), ("resolution", "ok")]
    assert fresh(chat).sla_state == "paused"
    at_noon.shift(600)
    write(house, "Mais uma coisa")
    assert (fresh(chat).sla_kind, fresh(chat).sla_due_at) == ("next_answer", now() + 20 * MINUTE)
    conversations.close(chat.pk, actor=house.agent, outcome="resolved")
    assert states() == [("first_answer", "met"), ("next_answer", "dropped"), ("resolution", "met")]
    assert fresh(chat).sla_state == ""
    conversations.reopen(chat.pk, actor=house.agent)
    assert states() == [("first_answer", "met"), ("next_answer", "ok"), ("resolution", "ok")]
    assert fresh(chat).sla_due_at == now() + 20 * MINUTE


def test_it_stands_still_while_snoozed_until_it_returns_or_the_customer_writes(house, at_noon):
    promise(house, first_answer_minutes=10)
    chat = hold(house, write(house))
    snoozing.snooze(chat.pk, actor=house.agent, until=now() + 60 * MINUTE)
    assert fresh(chat).sla_state == "paused"
    at_noon.shift(600)
    write(house, "E aí?")
    assert fresh(chat).sla_due_at == now() + 10 * MINUTE
    snoozing.snooze(chat.pk, actor=house.agent, until=now() + MINUTE)
    at_noon.shift(90)
    assert snoozing.wake_due() == 1
    assert fresh(chat).sla_due_at == now() + 10 * MINUTE
    snoozing.snooze(chat.pk, actor=house.agent, until=now() + MINUTE)
    services.assign(chat.pk, to=house.members["supervisor"], actor=house.members["owner"])
    assert fresh(chat).sla_state == "ok"


def test_an_answer_on_the_phone_of_the_business_counts_and_the_systems_words_do_not(house, at_noon):
    promise(house, first_answer_minutes=10)
    chat = write(house)
    send(chat.pk, Draft(uuid4(), text="Já respondemos"), author=None)
    assert states() == [("first_answer", "ok")]
    handle(body({"metadata": METADATA, "message_echoes": [echo("do celular")]}, "smb_message_echoes"))
    assert (states(), fresh(chat).sla_state) == ([("first_answer", "met")], "idle")


def test_a_transfer_brings_the_terms_of_the_other_queue_or_none(house, at_noon):
    promise(house, first_answer_minutes=10)
    other = QueueFactory(organization=house.organization)
    promise(house, other, first_answer_minutes=30)
    chat = hold(house, write(house))
    at_noon.shift(300)
    services.transfer(chat.pk, queue=other, actor=house.agent)
    assert fresh(chat).sla_due_at == now() + 25 * MINUTE
    services.transfer(chat.pk, queue=QueueFactory(organization=house.organization), actor=house.agent)
    assert (fresh(chat).sla_state, states()) == ("", [("first_answer", "dropped")])
    services.transfer(chat.pk, queue=other, actor=house.agent)
    assert fresh(chat).sla_due_at == now() + 30 * MINUTE


def test_without_a_policy_nothing_is_written_and_nothing_asked(house):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            write(house)
        return [each["sql"] for each in caught if "routing_sla" in each["sql"] or "sla_state = v" in each["sql"]]

    assert (cost(), cost()) == ([], [])
    promise(house)
    Conversation.objects.all().delete()
    assert cost() != []


def test_a_batch_costs_as_much_as_one(house):
    promise(house, first_answer_minutes=10, next_answer_minutes=10, resolution_minutes=60)

    def cost(people, words):
        with CaptureQueriesContext(connection) as caught:
            customers(house, people, words)
        return len(caught)

    cost(range(1, 3), "a")
    few = cost(range(1, 3), "b")
    cost(range(10, 40), "c")
    assert cost(range(10, 40), "d") == few


def test_changed_terms_reach_open_clocks_in_portions(house, at_noon, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(reviewing, "BATCH", 2)
    policy = promise(house, first_answer_minutes=10)
    customers(house, range(5))
    form = SlaPolicyForm({"name": policy.name, "first_answer_minutes": 40, "warning_percent": 75}, instance=policy)
    with django_capture_on_commit_callbacks(execute=True):
        form.save()
    assert SlaReview.objects.count() == 1
    before = list(SlaClock.objects.values_list("due_at", flat=True))
    assert reviewing.review() == 5
    assert [at - was for at, was in zip(SlaClock.objects.values_list("due_at", flat=True), before, strict=True)] == [
        30 * MINUTE
    ] * 5
    assert SlaReview.objects.count() == 0
    SlaPolicy.objects.update(is_active=False)
    reviewing.ask([house.queue.pk])
    reviewing.review()
    assert {state for _kind, state in states()} == {"dropped"}


def test_a_queue_that_promises_from_now_on_measures_what_waits(house, at_noon):
    chat = write(house)
    promise(house, first_answer_minutes=10)
    reviewing.ask([house.queue.pk])
    at_noon.shift(60)
    assert reviewing.review() == 1
    assert fresh(chat).sla_due_at == now() + 10 * MINUTE


def test_a_queue_that_promises_nothing_needs_no_review_unless_it_did(house, django_capture_on_commit_callbacks):
    def change():
        with django_capture_on_commit_callbacks(execute=True):
            publish(QueueChanged(house.organization.pk, house.queue.pk))
        return SlaReview.objects.count()

    assert change() == 0
    promise(house, first_answer_minutes=10)
    chat = write(house)
    house.queue.sla_policy = None
    house.queue.save()
    assert change() == 1
    reviewing.review()
    assert (fresh(chat).sla_state, change()) == ("", 0)


def test_two_conversations_that_become_one_owe_what_the_one_owes_that_stays(house, at_noon):
    promise(house, first_answer_minutes=10)
    customers(house, [1, 2])
    keep, drop = Conversation.objects.order_by("pk")
    merge(keep=keep.contact, drop=drop.contact)
    assert (fresh(keep).sla_state, fresh(drop).sla_state) == ("ok", "")
    assert sorted(SlaClock.objects.values_list("conversation", "state")) == [(keep.pk, "ok"), (drop.pk, "dropped")]
