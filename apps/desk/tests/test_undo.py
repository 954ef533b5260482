"""Half a minute to take back what one did; after that, or after somebody else acted, it stands."""

from datetime import timedelta

import pytest
import time_machine

from apps.conversations import closing
from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.organizations.tests.factories import MembershipFactory
from apps.routing import services as routing
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db


def undo(house, chat, role="agent"):
    url = house.url("desk:undo", conversation_id=chat.pk)
    return house.client(role).post(url, headers={"HX-Request": "true"}).status_code


def pulled(house):
    house.text()
    return routing.pull(house.agent)


def place(chat):
    row = Conversation.objects.get(pk=chat.pk)
    return row.state, row.assignee


def test_resolved(house):
    chat = pulled(house)
    closing.close(chat.pk, actor=house.agent, outcome="resolved")
    assert undo(house, chat) == 200
    assert place(chat) == ("open", house.agent)


def test_resolved_by_a_supervisor_goes_back_to_its_agent(house):
    chat, boss = pulled(house), house.members["supervisor"]
    closing.close(chat.pk, actor=boss, outcome="resolved")
    assert undo(house, chat, "supervisor") == 200
    assert place(chat) == ("open", house.agent)


def test_assigned(house):
    chat, boss = pulled(house), house.members["supervisor"]
    routing.assign(chat.pk, to=boss, actor=boss)
    assert undo(house, chat, "supervisor") == 200
    assert place(chat) == ("open", house.agent)


def test_transferred_by_an_agent_who_does_not_see_it_any_more(house):
    chat = pulled(house)
    routing.transfer(chat.pk, queue=QueueFactory(organization=house.organization), actor=house.agent)
    assert undo(house, chat) == 200
    assert place(chat) == ("open", house.agent)


def test_what_one_may_not_see_does_not_exist(house):
    chat = pulled(house)
    colleague = MembershipFactory(organization=house.organization, role="agent")
    house.members["colleague"] = colleague
    assert undo(house, chat, "colleague") == 404
    assert undo(house, chat, "supervisor") == 422, "negative control: who sees it reads why it stands"
    assert place(chat) == ("open", house.agent)


@pytest.mark.parametrize("reason", ["late", "somebody else's"])
def test_it_stands(house, reason):
    chat = pulled(house)
    closing.close(chat.pk, actor=house.agent, outcome="resolved")
    if reason == "late":
        with time_machine.travel(now() + timedelta(minutes=1)):
            assert undo(house, chat) == 422
    else:
        assert undo(house, chat, "supervisor") == 422
    assert place(chat)[0] == "closed"
