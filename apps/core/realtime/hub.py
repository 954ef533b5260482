"""The reading side of live pushes: one Redis subscription per process, local sets of sockets.

Envelopes are taken in batches; each is rendered once per (kind, ids, language, permission class) and sent to every
socket of its groups. The hub notices by the sequence numbers what it missed and tells its sockets to catch up from the
rows.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson
import redis.asyncio as redis

from django.conf import settings

from apps.core import metrics
from apps.core.logs import get_logger
from apps.core.realtime import wire
from apps.core.realtime.rendering import Job, RenderClass, RenderThread, frame
from apps.core.threads import DatabaseThread

log = get_logger(__name__)
T = TypeVar("T")
CHECK_SECONDS = 4.0
MAX_BATCH = 200
MAX_WAITING = 5_000
REAUTHENTICATE = 4000  # the page connects again and learns whether it still may


class Socket(Protocol):
    organization_id: UUID
    user_id: UUID
    render_class: RenderClass
    joined: frozenset[str]

    async def push(self, frame: str) -> None: ...

    async def end(self, code: int) -> None: ...

    async def recheck(self) -> None:
        """Something this socket looks at changed hands: leave what its viewer may not see any more."""


Checker = Callable[[list[Any]], list[Any]]


class Hub:
    """One per process. `check` names the sockets whose right to be here has ended (asked every few seconds)."""

    def __init__(self, check: Checker | None = None) -> None:
        self._groups: dict[tuple[UUID, str], set[Socket]] = defaultdict(set)
        self._sockets: dict[UUID, set[Socket]] = defaultdict(set)
        self._sequence: dict[UUID, int] = {}
        self._check = check
        self._arrived: asyncio.Queue[tuple[UUID, dict[str, Any]]] = asyncio.Queue()
        self._thread = RenderThread()
        self._requests = DatabaseThread("sockets")
        self._pubsub: Any = None
        self._client: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        if not self._tasks:
            self._client = redis.Redis.from_url(settings.REDIS_URL, max_connections=8)
            self._arrived = asyncio.Queue()
            self._thread.start()
            self._requests.start()
            work = (self._listen_forever(), self._fan_out_forever(), self._check_forever())
            self._tasks = [asyncio.create_task(part) for part in work]

    async def stop(self) -> None:
        """Ends the tasks, asking again: redis-py swallows a cancellation that meets it while it connects."""
        while alive := [task for task in self._tasks if not task.done()]:
            for task in alive:
                task.cancel()
            await asyncio.wait(alive, timeout=0.5)
        if self._tasks:
            await self._thread.stop()
            await self._requests.stop()
        self._tasks = []
        if self._client is not None:
            await self._client.aclose()

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Database work for one socket, apart from rendering. Not in the socket's own context: there every socket would
        get a cache client of its own."""
        await self.start()
        return await self._requests.run(work, *args)

    async def join(self, socket: Socket, after: int | None) -> None:
        """Register a socket with its groups; tells it at once whether it missed something since `after`."""
        await self.start()
        is_first = not self._sockets[socket.organization_id]
        self._sockets[socket.organization_id].add(socket)
        self.regroup(socket, socket.joined)
        metrics.SOCKETS.inc()
        if is_first:
            await self._subscribe([socket.organization_id])
        last = await self._last_sequence(socket.organization_id)
        self._sequence.setdefault(socket.organization_id, last)
        missed = after is not None and after != last
        await socket.push(frame(last, "gap" if missed else "hello"))

    async def leave(self, socket: Socket) -> None:
        sockets = self._sockets.get(socket.organization_id, set())
        if socket not in sockets:
            return
        sockets.discard(socket)
        self.regroup(socket, ())
        metrics.SOCKETS.dec()
        if not sockets:
            self._sockets.pop(socket.organization_id, None)
            self._sequence.pop(socket.organization_id, None)
            if self._pubsub is not None:
                with contextlib.suppress(redis.RedisError, OSError):
                    await self._pubsub.unsubscribe(wire.channel(socket.organization_id))

    def regroup(self, socket: Socket, groups: Iterable[str]) -> None:
        """Replace a socket's groups."""
        wanted = frozenset(groups)  # a frozen set is kept as it is: a quiet socket has one
        for group in socket.joined | wanted:
            members = self._groups[socket.organization_id, group]
            if group in wanted:
                members.add(socket)
            else:
                members.discard(socket)
            if not members:
                del self._groups[socket.organization_id, group]
        socket.joined = wanted

    async def _last_sequence(self, organization_id: UUID) -> int:
        try:
            return int(await self._client.get(wire.sequence_key(organization_id)) or 0)
        except (redis.RedisError, OSError):
            return -1  # unknown: whatever the page has seen, it has to catch up

    async def _subscribe(self, organizations: Iterable[UUID]) -> None:
        if self._pubsub is not None:
            with contextlib.suppress(redis.RedisError, OSError):
                await self._pubsub.subscribe(*map(wire.channel, organizations))

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end everybody's live updates
                log.warning("live subscription lost, connecting again", error=repr(error))
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        async with self._client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(wire.CONTROL_CHANNEL, *map(wire.channel, list(self._sockets)))
            self._pubsub = pubsub
            await self._catch_up_all()
            async for message in pubsub.listen():
                await self._receive(message["channel"], orjson.loads(message["data"]))

    async def _catch_up_all(self) -> None:
        """After a lost subscription nobody knows what was missed: what was published meanwhile may have no number."""
        for organization_id, sockets in list(self._sockets.items()):
            self._sequence[organization_id] = await self._last_sequence(organization_id)
            await _send(sockets, frame(self._sequence[organization_id], "gap"))

    async def _receive(self, channel: bytes, envelope: dict[str, Any]) -> None:
        if channel == wire.CONTROL_CHANNEL.encode():
            await self._control(envelope)
            return
        organization_id = UUID(channel.decode().rpartition(":")[2])
        metrics.PUSHES.inc()
        await self._note_sequence(organization_id, envelope["seq"])
        if self._arrived.qsize() >= MAX_WAITING:
            await self._give_up()
        self._arrived.put_nowait((organization_id, envelope))

    async def _give_up(self) -> None:
        """More comes in than can be rendered: one catch-up is cheaper than thousands of fragments."""
        log.warning("too many pushes are waiting, pages catch up", count=self._arrived.qsize())
        while not self._arrived.empty():
            self._arrived.get_nowait()
        await self._catch_up_all()

    async def _note_sequence(self, organization_id: UUID, number: int) -> None:
        expected = self._sequence.get(organization_id, number - 1) + 1
        self._sequence[organization_id] = number
        if number != expected:
            await _send(self._sockets.get(organization_id, ()), frame(number, "gap"))

    async def _fan_out_forever(self) -> None:
        """Whatever arrived while the last batch was rendered makes the next one."""
        while True:
            batch = [await self._arrived.get()]
            while not self._arrived.empty() and len(batch) < MAX_BATCH:
                batch.append(self._arrived.get_nowait())
            try:
                await self._fan_out(batch)
            except Exception as error:  # noqa: BLE001 - one batch must not end everybody's live updates
                log.error("live batch not sent, its pages catch up", error=repr(error))
                await self._catch_up_all()

    async def _fan_out(self, batch: list[tuple[UUID, dict[str, Any]]]) -> None:
        jobs = [job for organization_id, envelope in _newest(batch) for job in self._jobs(organization_id, envelope)]
        if jobs:
            await self._thread.render(jobs)
        for job in jobs:
            await self._deliver(job)

    def _jobs(self, organization_id: UUID, envelope: dict[str, Any]) -> list[Job]:
        """One for each class of viewers among those who should see it, and among those who lose it."""
        here = self._members(organization_id, envelope["groups"])
        gone = self._members(organization_id, envelope.get("gone", ())) - here
        jobs: dict[tuple[RenderClass, bool], Job] = {}
        for sockets, is_gone in ((here, False), (gone, True)):
            for socket in sockets:
                key = (socket.render_class, is_gone)
                jobs.setdefault(key, Job(envelope, socket.render_class, is_gone)).sockets.append(socket)
        return list(jobs.values())

    async def _deliver(self, job: Job) -> None:
        for text in job.frames:
            await _send(job.sockets, text)
        if job.asks_again:
            for socket in job.sockets:
                await socket.recheck()

    def _members(self, organization_id: UUID, groups: Iterable[str]) -> set[Socket]:
        return set().union(*(self._groups.get((organization_id, group), ()) for group in groups))

    async def _control(self, message: dict[str, str]) -> None:
        user, organization = message.get("close_user", ""), message.get("organization", "")
        for sockets in list(self._sockets.values()):
            for socket in list(sockets):
                if str(socket.user_id) == user and organization in ("", str(socket.organization_id)):
                    await _end(socket)

    async def _check_forever(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            sockets = [socket for group in self._sockets.values() for socket in group]
            if self._check is None or not sockets:
                continue
            try:
                ended = await self._requests.run(self._check, sockets)
            except Exception as error:  # noqa: BLE001 - tried again in a few seconds
                log.warning("sockets not checked", error=repr(error))
                continue
            for socket in ended:
                await _end(socket)


def _newest(batch: list[tuple[UUID, dict[str, Any]]]) -> list[tuple[UUID, dict[str, Any]]]:
    """Of several envelopes about the same thing only the last; who left its groups meanwhile loses it."""
    found: dict[tuple[object, ...], tuple[UUID, dict[str, Any]]] = {}
    for organization_id, envelope in batch:
        key = (organization_id, envelope["kind"], *envelope["ids"].values())
        if earlier := found.pop(key, None):
            left = {*envelope.get("gone", ()), *earlier[1]["groups"], *earlier[1].get("gone", ())}
            envelope = {**envelope, "gone": sorted(left.difference(envelope["groups"]))}
        found[key] = (organization_id, envelope)
    return list(found.values())


async def _send(sockets: Iterable[Socket], text: str) -> None:
    for socket in list(sockets):
        with contextlib.suppress(OSError, RuntimeError):
            await socket.push(text)


async def _end(socket: Socket) -> None:
    try:
        await socket.end(REAUTHENTICATE)
    except Exception as error:  # noqa: BLE001 - the others are ended all the same
        log.warning("a socket could not be closed", error=repr(error))
