"""The live socket: who may connect, what they hear, and that a revoked right ends it within five seconds."""

import asyncio
import json
import time

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter

from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import path

from apps.conversations import consumers
from apps.conversations.models import Conversation
from apps.core.realtime.hub import Hub
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "127.0.0.1:8000"
application = URLRouter([path("o/<slug:slug>/live/", consumers.LiveConsumer.as_asgi())])


@pytest.fixture
async def hub(monkeypatch):
    fresh = Hub(check=consumers.ended)
    monkeypatch.setattr(consumers, "hub", fresh)
    yield fresh
    await fresh.stop()
    await sync_to_async(connections.close_all)()


def cookie_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Socket(ApplicationCommunicator):
    """A page's end of the socket."""

    async def connect(self) -> tuple[bool, int | None]:
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=10)
        return answer["type"] == "websocket.accept", answer.get("code")

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1005})
        await self.wait(5)


def socket_of(slug, cookie="", *, origin=f"http://{HOST}", host=HOST, after="") -> Socket:
    headers = [(b"origin", origin.encode()), (b"host", host.encode())]
    headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    query = f"after={after}".encode()
    scope = {"type": "websocket", "path": f"/o/{slug}/live/", "query_string": query, "headers": headers}
    return Socket(application, {**scope, "subprotocols": []})


@pytest.fixture
async def connect(hub, house):
    await sync_to_async(house.members.come)()
    opened = []

    async def connect_one(member, **options):
        cookie = await sync_to_async(cookie_of)(member.user)
        socket = socket_of(options.pop("slug", house.organization.slug), cookie, **options)
        opened.append(socket)
        accepted, _code = await socket.connect()
        assert accepted
        return socket

    yield connect_one
    for socket in opened:
        await socket.leave()


async def frames(socket, wanted, seconds=5.0):
    """Frames up to the first of that type."""
    found = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found.append(json.loads((await socket.receive_output(timeout=deadline - time.monotonic()))["text"]))
        if found[-1]["type"] == wanted:
            return found
    raise AssertionError(found)


async def rest(socket) -> list[dict]:
    """What else comes until a second is quiet; a gap carries nothing but its number."""
    found = []
    while not await socket.receive_nothing(timeout=1):
        found.append(json.loads((await socket.receive_output(timeout=1))["text"]))
    return [frame for frame in found if set(frame) != {"seq", "type"}]


@pytest.mark.parametrize("origin", ["https://evil.example", "", "null", "http://127.0.0.1:9999", "http://["])
async def test_another_sites_page_can_not_connect(hub, house, origin):
    cookie = await sync_to_async(cookie_of)(house.agent.user)
    accepted, code = await socket_of(house.organization.slug, cookie, origin=origin).connect()
    assert (accepted, code) == (False, 4400)


async def test_a_host_that_is_not_ours_is_refused_even_when_it_matches(hub, house):
    cookie = await sync_to_async(cookie_of)(house.agent.user)
    socket = socket_of(house.organization.slug, cookie, origin="http://evil.example", host="evil.example")
    assert (await socket.connect())[0] is False


async def test_strangers_and_outsiders_are_closed_at_once(hub, house):
    outsider = await sync_to_async(lambda: MembershipFactory(role="owner"))()
    for cookie in ("", "nonsense", await sync_to_async(cookie_of)(outsider.user)):
        socket = socket_of(house.organization.slug, cookie)
        await socket.connect()
        assert await socket.receive_output(timeout=10) == {"type": "websocket.close", "code": 4401}


async def test_an_agent_hears_a_message_of_the_conversation_they_look_at(connect, house):
    chat = await sync_to_async(house.chat)()
    socket = await connect(house.agent)
    await frames(socket, "hello")
    await socket.say(json.dumps({"type": "view", "conversation": str(chat.pk)}))
    await asyncio.sleep(0.5)
    await sync_to_async(house.text)("ao vivo")
    seen = await frames(socket, "upsert")
    html = "".join(frame.get("html", "") for frame in seen)
    if "ao vivo" not in html:
        html += "".join(frame.get("html", "") for frame in await frames(socket, "upsert"))
    assert "ao vivo" in html


async def test_no_frame_ever_crosses_to_another_company(connect, house):
    chat = await sync_to_async(house.chat)()
    rival = await sync_to_async(lambda: MembershipFactory(role="owner"))()
    slug = await sync_to_async(lambda: rival.organization.slug)()
    spy = await connect(rival, slug=slug)
    mine = await connect(house.members["owner"])
    await frames(spy, "hello")
    await frames(mine, "hello")
    await spy.say(json.dumps({"type": "view", "conversation": str(chat.pk)}))
    await sync_to_async(house.text)("segredo")
    assert await frames(mine, "upsert"), "negative control: the company's own people hear it"
    assert await rest(spy) == []


async def test_an_agent_sees_no_line_of_a_conversation_they_may_not_open(connect, house):
    chat = await sync_to_async(house.chat)()
    with tenant_scope(house.organization):
        await sync_to_async(Conversation.objects.filter(pk=chat.pk).update)(assignee=house.members["admin"])
    socket = await connect(house.agent)
    await frames(socket, "hello")
    await socket.say(json.dumps({"type": "view", "conversation": str(chat.pk)}))
    await asyncio.sleep(0.3)
    await sync_to_async(house.text)("só do chefe")
    assert await rest(socket) == []


NONSENSE = [
    "no json",
    "[]",
    '{"type": 1}',
    '{"type": "view"}',
    "x" * 70_000,
    "null",
    '{"type": ' + "[" * 5_000,
    '{"type": "read", "conversation": ["a"]}',
    '{"type": "typing", "conversation": 1e999}',
]


@pytest.mark.parametrize("frame", NONSENSE)
async def test_nonsense_is_ignored_and_the_socket_lives(connect, house, frame):
    socket = await connect(house.agent)
    await frames(socket, "hello")
    await socket.say(frame)
    await socket.say('{"type": "ping"}')
    await frames(socket, "pong")


@pytest.mark.parametrize("as_of", ["2026-13-45T00:00:00Z", "2026-01-01T00:00:00", "soon", "", 7, None, {"a": 1}])
async def test_a_page_that_says_an_impossible_time_still_hears(connect, house, as_of):
    chat = await sync_to_async(house.chat)()
    socket = await connect(house.agent)
    await frames(socket, "hello")
    await socket.say(json.dumps({"type": "view", "conversation": str(chat.pk), "as_of": as_of}))
    await socket.say('{"type": "ping"}')
    await frames(socket, "pong")


@pytest.mark.parametrize("foreign", ['theme={"a": "b"}', "a b=c", "=", "expires=1; path=/", "x[y]=z", "é=ü"])
async def test_a_foreign_cookie_hides_nobodys_session(hub, house, foreign):
    cookie = await sync_to_async(cookie_of)(house.agent.user)
    socket = socket_of(house.organization.slug)
    session = f"{foreign}; {settings.SESSION_COOKIE_NAME}={cookie}".encode()
    socket.scope["headers"] = [*socket.scope["headers"][:2], (b"cookie", session)]
    assert await socket.connect() == (True, None)
    await frames(socket, "hello")
    await socket.leave()


async def test_a_page_that_missed_something_is_told_so(connect, house):
    await sync_to_async(house.chat)()
    first = await connect(house.agent)
    (hello,) = await frames(first, "hello")
    await sync_to_async(house.text)("perdida")
    socket = await connect(house.agent, after=str(hello["seq"]))
    (gap,) = await frames(socket, "gap")
    again = await connect(house.agent, after=str(gap["seq"]))
    assert [frame["type"] for frame in await frames(again, "hello")] == ["hello"]


ENDINGS = {
    "deactivated": lambda member: Membership.objects.filter(pk=member.pk).update(is_active=False),
    "another role": lambda member: Membership.objects.filter(pk=member.pk).update(role="viewer"),
}


@pytest.mark.parametrize("ending", list(ENDINGS))
async def test_a_revoked_right_ends_the_socket_within_five_seconds(connect, house, ending):
    socket, stays = await connect(house.agent), await connect(house.members["owner"])
    await frames(socket, "hello")
    await sync_to_async(ENDINGS[ending])(house.agent)
    began = time.monotonic()
    while (closed := await socket.receive_output(timeout=6))["type"] != "websocket.close":
        assert time.monotonic() - began <= 5
    assert closed["code"] == 4000
    assert time.monotonic() - began <= 5
    await stays.say('{"type": "ping"}')
    await frames(stays, "pong")


@pytest.mark.parametrize("role", ["owner", "supervisor", "viewer"])
async def test_who_only_watches_reads_nothing_for_the_agent(connect, house, monkeypatch, role):
    monkeypatch.setattr(consumers.receipts, "request", lambda *args, **rest: None)
    chat = await sync_to_async(house.chat)()
    socket = await connect(house.members[role])
    await frames(socket, "hello")
    for kind in ("view", "read"):
        await socket.say(json.dumps({"type": kind, "conversation": str(chat.pk)}))
    await socket.say('{"type": "ping"}')
    await frames(socket, "pong")
    await sync_to_async(chat.refresh_from_db)()
    assert chat.unread_count == 1


async def test_reading_clears_the_unread_count(connect, house, monkeypatch):
    told = []
    monkeypatch.setattr(consumers.receipts, "request", lambda *args, **rest: told.append(rest))
    chat = await sync_to_async(house.chat)()
    socket = await connect(house.agent)
    await frames(socket, "hello")
    for kind in ("view", "read", "typing", "typing"):
        await socket.say(json.dumps({"type": kind, "conversation": str(chat.pk)}))
    await asyncio.sleep(0.5)
    await sync_to_async(chat.refresh_from_db)()
    assert chat.unread_count == 0
    assert told == [{}, {"typing": True}], "typing is told once in twenty seconds"
