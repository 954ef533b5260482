"""What Meta refuses for the account, for a template or for a time is not tried again before its reason is gone."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import sync_to_async

from django.db import connections, transaction

from apps.conversations.models import Conversation, Message, Status
from apps.conversations.sending import NotSent, courier
from apps.conversations.sending.waiting import requeue_due
from apps.conversations.tests.conftest import status_of
from apps.core.clock import now
from apps.notifications.models import Notification
from apps.whatsapp import stops
from apps.whatsapp.errors import GraphError
from apps.whatsapp.models import BusinessAccount, Template, TemplateStop
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.template_sync import follow, keep
from apps.whatsapp.tests.factories import TemplateFactory
from apps.whatsapp.tests.samples import status

pytestmark = pytest.mark.django_db(transaction=True)
PAYMENT, WRONG, TOO_MUCH = 131042, 132001, 131049


def deliver():
    async def run():
        try:
            return await courier.deliver()
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(run())


def template(house, chat, name="aviso", language="pt_BR"):
    return house.send(chat, "", kind=SendKind.TEMPLATE, content={"name": name, "language": language})


def refuse(house, provider, code):
    row = template(house, house.chat())
    provider.script = [GraphError(code, http_status=400)]
    deliver()
    assert status_of(row) == Status.FAILED
    return row


def heard_later(house, row, code):
    """The same refusal, in a `failed` status."""
    house.hear(status("failed", id=row.wamid, errors=[{"code": code, "title": "no"}]))


def test_a_problem_with_the_payment_stops_templates_until_a_person_settled_it(house, provider):
    house.members.come()
    chat = refuse(house, provider, PAYMENT).conversation
    with pytest.raises(NotSent, match="payment") as refusal:
        template(house, chat)
    assert refusal.value.code == "template"
    house.send(chat, "free text still goes")
    told = list(Notification.objects.values_list("recipient__role", flat=True))
    assert sorted(told) == ["admin", "owner"]
    stops.allow_paid(BusinessAccount.objects.get(), actor=house.members["admin"])
    assert template(house, chat).status == Status.QUEUED


def test_a_second_refusal_is_not_told_again(house, provider):
    house.members.come()
    refuse(house, provider, PAYMENT)
    stops.stop_paid(BusinessAccount.objects.get().pk, 134011)
    assert Notification.objects.count() == 2
    assert BusinessAccount.objects.get().paid_stop_code == 134011


def test_a_refused_template_rests_in_its_language_and_the_others_go_on(house, provider):
    TemplateFactory(organization=house.organization, account=house.number.account, name="aviso")
    chat = refuse(house, provider, WRONG).conversation
    assert not Template.objects.sendable().exists(), "it is not offered"
    with pytest.raises(NotSent, match="stopped"):
        template(house, chat, language="pt-BR")
    assert template(house, chat, language="en").status == Status.QUEUED
    assert template(house, chat, name="outro").status == Status.QUEUED
    stops.allow_template(TemplateStop.objects.get(), actor=house.members["admin"])
    assert template(house, chat).status == Status.QUEUED


@pytest.mark.parametrize("way", ["webhook", "sync"])
def test_news_of_a_templates_status_lift_its_stop_and_other_news_do_not(house, provider, way):
    account = house.number.account
    row = TemplateFactory(organization=house.organization, account=account, name="aviso")
    refuse(house, provider, WRONG)
    named = {"message_template_name": "aviso", "message_template_language": "pt_BR"}
    told = {"name": "aviso", "language": "pt_BR", "status": "APPROVED", "components": row.components}
    with transaction.atomic():
        follow(account, "message_template_quality_update", {**named, "new_quality_score": "RED"}, now())
    keep(account, [told | {"quality_score": {"score": "GREEN"}}], began=now() + timedelta(seconds=1))
    assert TemplateStop.objects.count() == 1
    if way == "webhook":
        with transaction.atomic():
            follow(account, "message_template_status_update", {**named, "event": "PAUSED"}, now())
    else:
        keep(account, [told | {"status": "PAUSED"}], began=now() + timedelta(seconds=1))
    assert TemplateStop.objects.count() == 0


def test_a_refusal_for_a_time_goes_out_again_by_itself_when_it_is_over(house, provider):
    row = refuse(house, provider, TOO_MUCH)
    row.refresh_from_db()
    assert timedelta(hours=23) < row.next_attempt_at - now() < timedelta(hours=25)
    assert "again on" in row.error_text
    assert requeue_due() == 0
    Message.objects.update(next_attempt_at=now() - timedelta(seconds=1))
    assert requeue_due() == 1
    assert requeue_due() == 0
    deliver()
    assert status_of(row) == Status.SENT
    assert len(provider.posted) == 2


def test_waiting_blocks_nobody_elses_message_in_the_conversation(house, provider):
    chat = refuse(house, provider, TOO_MUCH).conversation
    later = house.send(chat, "meanwhile")
    deliver()
    assert status_of(later) == Status.SENT


def test_the_same_refusal_heard_later_waits_too(house, provider):
    row = template(house, house.chat())
    deliver()
    row.refresh_from_db()
    heard_later(house, row, TOO_MUCH)
    row.refresh_from_db()
    assert (row.status, row.next_attempt_at is not None) == (Status.FAILED, True)


def test_the_same_stop_heard_later_rests_the_template(house, provider):
    row = template(house, house.chat())
    deliver()
    row.refresh_from_db()
    heard_later(house, row, WRONG)
    assert TemplateStop.objects.get().name == "aviso"


def test_waiting_ends_after_a_few_times(house, provider):
    row = refuse(house, provider, TOO_MUCH)
    for _ in range(5):
        Message.objects.update(next_attempt_at=now() - timedelta(seconds=1))
        provider.script = [GraphError(TOO_MUCH, http_status=400)]
        if not requeue_due():
            break
        deliver()
        row.refresh_from_db()
        if row.next_attempt_at is None:
            break
    assert (row.attempts, row.next_attempt_at, len(provider.posted)) == (3, None, 3)


def test_what_the_door_refuses_by_then_stays_failed_for_a_person(house, provider):
    row = refuse(house, provider, TOO_MUCH)
    Conversation.objects.update(state="closed")
    Message.objects.update(next_attempt_at=now() - timedelta(seconds=1))
    assert requeue_due() == 0
    assert status_of(row) == Status.FAILED
    assert row.next_attempt_at is None


@pytest.mark.parametrize("state", [Status.HELD, Status.UNKNOWN, Status.SENT])
def test_nothing_that_may_have_arrived_goes_out_by_itself(house, provider, state):
    row = refuse(house, provider, TOO_MUCH)
    Message.objects.update(status=state, next_attempt_at=now() - timedelta(days=1))
    assert requeue_due() == 0
    assert status_of(row) == state


def test_the_sentence_names_the_moment_in_the_readers_zone(house, provider):
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False):
        row = refuse(house, provider, TOO_MUCH)
        row.refresh_from_db()
        assert "03/11/2026" in row.error_text
