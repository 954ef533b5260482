"""Each time an agent holds a conversation is one row, whoever moves it."""

import pytest

from apps.conversations import closing
from apps.conversations.models import Conversation, Handling
from apps.routing import services as routing
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db


def endings():
    return [(row.agent_id, row.ending) for row in Handling.objects.order_by("started_at")]


def test_from_pull_over_transfer_to_resolved(house):
    house.text()
    chat = routing.pull(house.agent)
    other = QueueFactory(organization=house.organization)
    routing.transfer(chat.pk, queue=other, actor=house.agent, note="")
    boss = house.members["supervisor"]
    routing.assign(chat.pk, to=boss, actor=boss)
    closing.close(chat.pk, actor=boss, outcome="resolved")
    assert endings() == [(house.agent.pk, "transferred"), (boss.pk, "resolved")]


def test_given_back_is_not_passed_on(house):
    house.text()
    routing.pull(house.agent)
    routing.return_to_queue(house.agent, reason="deactivated")
    assert endings() == [(house.agent.pk, "returned")]


def test_reopened_begins_anew(house):
    house.text()
    chat = routing.pull(house.agent)
    closing.close(chat.pk, actor=house.agent, outcome="other")
    closing.reopen(chat.pk, actor=house.agent)
    assert endings() == [(house.agent.pk, "resolved"), (house.agent.pk, "")]
    assert Conversation.objects.get().assignee == house.agent


def test_negative_control_an_event_that_moves_nobody_changes_nothing(house):
    house.text()
    chat = routing.pull(house.agent)
    routing.assign(chat.pk, to=house.agent, actor=house.agent)
    assert endings() == [(house.agent.pk, "")]
