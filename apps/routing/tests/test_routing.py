"""Where conversations wait and who holds them; two agents never get the same one."""

import threading

import pytest

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from apps.conversations.models import Conversation, Message, State
from apps.conversations.tests.conftest import house as house_fixture
from apps.organizations.services import deactivate
from apps.organizations.tenancy import tenant_scope
from apps.routing import services
from apps.routing.models import NumberRoute
from apps.teams.models import Queue
from apps.teams.tests.factories import QueueFactory
from apps.whatsapp.tests.samples import message

house = house_fixture
pytestmark = pytest.mark.django_db


def waiting(house, phone="5511988887777"):
    said = {**message("text", {"body": "oi"}, id=f"wamid.{phone}"), "from": phone}
    said.pop("from_user_id")
    house.say(said, contacts=[{"profile": {"name": phone}, "wa_id": phone}])
    return Conversation.objects.get(contact__phone=phone)


def events():
    return [row.payload["event"] for row in Message.objects.filter(direction="event").order_by("id")]


def test_a_message_waits_in_its_numbers_queue(house):
    chat = waiting(house)
    assert (chat.state, chat.queue, chat.department) == (State.QUEUED, house.queue, house.queue.department)
    assert events() == ["queued"]


def test_without_a_route_it_waits_in_the_first_active_queue_and_without_any_it_still_waits(house):
    NumberRoute.objects.all().delete()
    urgent = QueueFactory(organization=house.organization, priority=1)
    assert waiting(house).queue == urgent
    Queue.objects.update(is_active=False)
    assert waiting(house, "5511900001111").queue is None


def test_pulling_takes_the_oldest_of_the_most_important_queue(house):
    old, new = waiting(house, "5511900000001"), waiting(house, "5511900000002")
    assert services.pull(house.agent) == old
    assert services.pull(house.agent) == new
    assert services.pull(house.agent) is None
    old.refresh_from_db()
    assert (old.state, old.assignee) == (State.OPEN, house.agent)


def test_nobody_pulls_from_a_queue_that_is_not_theirs(house):
    waiting(house)
    house.queue.department.members.remove(house.agent)
    assert services.pull(house.agent) is None
    house.queue.department.members.add(house.agent)
    assert services.pull(house.agent) is not None


def test_taking_one_that_somebody_else_took_is_refused_in_words(house):
    chat = waiting(house)
    services.take(chat.pk, membership=house.agent)
    assert services.take(chat.pk, membership=house.agent) == chat, "a second click changes nothing"
    with pytest.raises(ValidationError, match="just taken"):
        services.take(chat.pk, membership=house.members["supervisor"])


def test_assigning_transferring_and_what_is_refused(house):
    chat, other = waiting(house), QueueFactory(organization=house.organization)
    boss = house.members["supervisor"]
    services.assign(chat.pk, to=house.agent, actor=boss, note="cliente antigo")
    services.assign(chat.pk, to=house.agent, actor=boss)
    with pytest.raises(ValidationError):
        services.assign(chat.pk, to=house.members["viewer"], actor=boss)
    services.transfer(chat.pk, queue=other, actor=house.agent)
    chat.refresh_from_db()
    assert (chat.state, chat.queue, chat.assignee) == (State.QUEUED, other, None)
    assert events() == ["queued", "assigned", "queued"]
    Queue.objects.filter(pk=other.pk).update(is_active=False)
    other.refresh_from_db()
    with pytest.raises(ValidationError, match="not in use"):
        services.transfer(chat.pk, queue=other, actor=house.agent)


def test_a_closed_conversation_is_neither_assigned_nor_transferred(house):
    chat = waiting(house)
    Conversation.objects.filter(pk=chat.pk).update(state="closed")
    for action in (
        lambda: services.assign(chat.pk, to=house.agent, actor=house.agent),
        lambda: services.transfer(chat.pk, queue=house.queue, actor=house.agent),
    ):
        with pytest.raises(ValidationError, match="closed"):
            action()


def test_what_a_deactivated_agent_held_goes_back_to_its_queue(house, django_capture_on_commit_callbacks):
    chat = waiting(house)
    services.pull(house.agent)
    with django_capture_on_commit_callbacks(execute=True):
        deactivate(actor=house.members["owner"], membership=house.agent)
    chat.refresh_from_db()
    assert (chat.state, chat.queue, chat.assignee) == (State.QUEUED, house.queue, None)


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_pull_at_once_get_two_conversations(house):
    waiting(house, "5511900000001")
    waiting(house, "5511900000002")
    holding, done, got = threading.Event(), threading.Event(), []

    def first():
        try:
            with tenant_scope(house.organization), transaction.atomic():
                got.append(services.pull(house.agent))
                holding.set()
                done.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert holding.wait(10)
    got.append(services.pull(house.members["supervisor"]))
    done.set()
    thread.join()
    assert len({chat.pk for chat in got}) == 2
