"""The live socket brings its agent online, keeps them there, and corrects a page that shows an older presence."""

import asyncio
import json
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from apps.conversations import consumers
from apps.conversations.tests.test_live_socket import connect, hub, rest
from apps.core.clock import now
from apps.core.realtime import hub as realtime
from apps.organizations.tenancy import tenant_scope
from apps.teams import services
from apps.teams.models import Agent

__all__ = ["connect", "hub"]
pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def presence(house, member):
    with tenant_scope(house.organization):
        found = Agent.objects.filter(membership=member).first()
        return found.presence if found else None


@sync_to_async
def chosen(house, member, state):
    with tenant_scope(house.organization):
        services.set_presence(member, state)


async def test_opening_a_page_brings_an_agent_online_and_a_viewer_has_no_presence(connect, house):
    await connect(house.agent)
    assert await presence(house, house.agent) == "online"
    await connect(house.members["viewer"])
    assert await presence(house, house.members["viewer"]) is None


async def test_a_choice_reaches_all_ones_own_pages_and_those_who_see_everything(connect, house):
    mine, boss, colleague = [await connect(house.members[role]) for role in ("agent", "supervisor", "owner")]
    await asyncio.gather(*(rest(socket) for socket in (mine, boss, colleague)))
    await chosen(house, house.agent, "away")
    for socket in (mine, boss):
        ids = {frame["id"]: frame["html"] for frame in await rest(socket)}
        assert 'data-presence="away"' in ids[f"my-presence-{house.agent.pk}"]
        assert "is-away" in ids[f"presence-{house.agent.pk}"]


async def test_a_page_that_shows_what_is_no_longer_so_gets_it_anew_and_another_one_nothing(connect, house):
    socket = await connect(house.agent)
    await rest(socket)
    await socket.say(json.dumps({"type": "presence", "active": True, "shown": "offline"}))
    assert [frame["id"] for frame in await rest(socket)][1] == f"my-presence-{house.agent.pk}"
    await asyncio.sleep(consumers.ACTIVE_SECONDS)
    await socket.say(json.dumps({"type": "presence", "active": True, "shown": "online"}))
    assert await rest(socket) == []


async def test_an_open_socket_alone_keeps_its_agent_seen(connect, house, monkeypatch):
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.3)
    socket = await connect(house.agent)
    await sync_to_async(age)(house, 50)
    await asyncio.sleep(1)
    assert await sync_to_async(seen_at)(house) > now() - timedelta(seconds=10)
    await leave(socket)
    await sync_to_async(age)(house, 50)
    await asyncio.sleep(1)
    assert await sync_to_async(seen_at)(house) < now() - timedelta(seconds=40)


async def leave(socket):
    await socket.send_input({"type": "websocket.disconnect", "code": 1005})
    await asyncio.sleep(0.2)


def age(house, seconds):
    with tenant_scope(house.organization):
        Agent.objects.filter(membership=house.agent).update(last_seen_at=now() - timedelta(seconds=seconds))


def seen_at(house):
    with tenant_scope(house.organization):
        return Agent.objects.get(membership=house.agent).last_seen_at
