"""The hub under the live sockets: who gets what, in which order, and that nothing a single one does ends it for all."""

import asyncio
import json
import uuid

import pytest

from apps.core.realtime import hub as hubs
from apps.core.realtime import wire
from apps.core.realtime.hub import REAUTHENTICATE, Hub, RenderClass
from apps.core.redis import connection

COMPANY, RIVAL = uuid.uuid4(), uuid.uuid4()


class Page:
    """A socket in some groups of one company."""

    def __init__(self, *groups, company=COMPANY, breaks=False):
        self.organization_id, self.user_id, self.joined = company, uuid.uuid4(), set(groups)
        self.render_class = RenderClass(company, "en", frozenset())
        self.frames, self.ended, self.breaks = [], [], breaks

    async def push(self, frame):
        if self.breaks:
            raise RuntimeError("the socket is closed")
        self.frames.append(json.loads(frame))

    async def end(self, code):
        if self.breaks:
            raise RuntimeError("the socket is closed")
        self.ended.append(code)

    async def recheck(self):
        """Sees everything it saw before."""

    def kinds(self):
        return [frame["type"] for frame in self.frames]


@pytest.fixture
async def hub():
    made = Hub()
    yield made
    await made.stop()


async def until(true, seconds=5.0):
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def listening(hub):
    """Wait until the subscription stands; the gap that it begins with has been told."""
    await until(lambda: hub._pubsub is not None)
    await asyncio.sleep(0.1)


def publish(number, *groups, company=COMPANY, kind="nobody renders this", **more):
    envelope = {"seq": number, "groups": list(groups), "kind": kind, "ids": {"a": str(number)}, **more}
    connection().publish(wire.channel(company), json.dumps(envelope))


async def test_a_page_that_saw_the_newest_number_is_greeted_and_any_other_has_a_gap(hub):
    connection().set(wire.sequence_key(COMPANY), 7)
    for after, told in ((None, "hello"), (7, "hello"), (6, "gap"), (8, "gap"), (0, "gap")):
        page = Page("a")
        await hub.join(page, after)
        assert [frame for frame in page.frames if frame["seq"] == 7][0]["type"] == told
    connection().delete(wire.sequence_key(COMPANY))


async def test_a_lost_number_is_a_gap_for_that_company_alone(hub):
    mine, theirs = Page("a"), Page("a", company=RIVAL)
    for page in (mine, theirs):
        await hub.join(page, None)
    await listening(hub)
    hub._sequence[COMPANY] = 10
    mine.frames.clear()
    theirs.frames.clear()
    publish(11, "other")
    publish(13, "other")
    await until(lambda: mine.frames)
    assert (mine.frames, theirs.frames) == ([{"seq": 13, "type": "gap"}], [])


async def test_after_a_flush_the_numbers_begin_again_and_everybody_catches_up(hub):
    page = Page("a")
    await hub.join(page, None)
    await listening(hub)
    hub._sequence[COMPANY] = 500
    page.frames.clear()
    publish(1, "other")
    await until(lambda: page.kinds() == ["gap"])


@pytest.mark.parametrize("nonsense", [b"no json", b"[]", b"{}", b'{"seq": 1}', b"7"])
async def test_nonsense_on_the_channel_ends_nothing(hub, nonsense):
    page = Page("a")
    await hub.join(page, None)
    await listening(hub)
    connection().publish(wire.channel(COMPANY), nonsense)
    await asyncio.sleep(1.0)  # it connects again after half a second
    await listening(hub)
    hub._sequence[COMPANY] = 1
    page.frames.clear()
    publish(3, "other")
    await until(lambda: "gap" in page.kinds())


async def test_a_user_is_ended_everywhere_or_in_one_company_also_beside_a_broken_socket(hub):
    here, there, broken = Page("a"), Page("a", company=RIVAL), Page("a")
    broken.push = here.push
    for page in (broken, here, there):
        page.user_id = here.user_id
        await hub.join(page, None)
    broken.breaks = True
    await listening(hub)
    told = {"close_user": str(here.user_id), "organization": str(COMPANY)}
    connection().publish(wire.CONTROL_CHANNEL, json.dumps(told))
    await until(lambda: here.ended)
    assert (here.ended, there.ended) == ([REAUTHENTICATE], [])
    connection().publish(wire.CONTROL_CHANNEL, json.dumps({**told, "organization": ""}))
    await until(lambda: there.ended)


async def test_the_check_ends_who_may_not_stay_and_survives_its_own_failure(monkeypatch):
    monkeypatch.setattr(hubs, "CHECK_SECONDS", 0.05)
    stays, goes, broken = Page("a"), Page("a"), Page("a")
    asked = []

    def check(sockets):
        asked.append(len(sockets))
        if len(asked) == 1:
            raise OSError("the database is away")
        return [broken, goes]

    hub = Hub(check=check)
    try:
        for page in (stays, goes, broken):
            await hub.join(page, None)
        broken.breaks = True
        await until(lambda: goes.ended and len(asked) > 3)
        assert stays.ended == []
    finally:
        await hub.stop()


async def test_who_left_hears_nothing_and_the_company_is_forgotten(hub):
    page = Page("a")
    await hub.join(page, None)
    await listening(hub)
    await hub.leave(page)
    await hub.leave(page)
    page.frames.clear()
    publish(99, "a")
    await asyncio.sleep(0.2)
    assert page.frames == []
    assert (hub._sockets.get(COMPANY), dict(hub._groups), hub._sequence) == (None, {}, {})


async def test_redis_away_makes_a_newcomer_catch_up(hub, monkeypatch):
    page = Page("a")
    await hub.join(page, None)

    async def away(key):
        raise OSError("no redis")

    monkeypatch.setattr(hub._client, "get", away)
    second = Page("a")
    await hub.join(second, 5)
    assert {"seq": -1, "type": "gap"} in second.frames
