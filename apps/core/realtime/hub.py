"""The reading side of live pushes: one Redis subscription per process, local sets of sockets.

Each envelope is rendered once per (kind, ids, language, permission class) and sent to every socket of its groups. The
hub notices by the sequence numbers what it missed and tells its sockets to catch up from the rows.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
import redis.asyncio as redis
from asgiref.sync import sync_to_async

from django.conf import settings

from apps.core import correlation, metrics
from apps.core.logs import get_logger
from apps.core.realtime import wire

log = get_logger(__name__)
CHECK_SECONDS = 4.0
CHANGED = "changed"  # a fragment without html: the page fetches, and the right to look is asked again
REAUTHENTICATE = 4000  # the page connects again and learns whether it still may


@dataclass(frozen=True, slots=True)
class RenderClass:
    """Viewers of one class see the same fragment."""

    organization_id: UUID
    language: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fragment:
    """`html` goes into the container `into`, replacing the element `id`; type "remove" takes the element away."""

    id: str
    into: str
    html: str
    type: str = "upsert"


class Socket(Protocol):
    organization_id: UUID
    user_id: UUID
    render_class: RenderClass
    joined: set[str]

    async def push(self, frame: str) -> None: ...

    async def end(self, code: int) -> None: ...

    async def recheck(self) -> None:
        """Something this socket looks at changed hands: leave what its viewer may not see any more."""


Renderer = Callable[[RenderClass, dict[str, str], bool], list[Fragment]]
Checker = Callable[[list[Any]], list[Any]]
_renderers: dict[str, Renderer] = {}


def renders(kind: str) -> Callable[[Renderer], Renderer]:
    """Register `renderer(render_class, ids, gone) -> fragments` for one kind of push; it may use the database."""

    def register(renderer: Renderer) -> Renderer:
        _renderers[kind] = renderer
        return renderer

    return register


class Hub:
    """One per process. `check` names the sockets whose right to be here has ended (asked every few seconds)."""

    def __init__(self, check: Checker | None = None) -> None:
        self._groups: dict[tuple[UUID, str], set[Socket]] = defaultdict(set)
        self._sockets: dict[UUID, set[Socket]] = defaultdict(set)
        self._sequence: dict[UUID, int] = {}
        self._check = check
        self._pubsub: Any = None
        self._client: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        if not self._tasks:
            self._client = redis.Redis.from_url(settings.REDIS_URL, max_connections=8)
            self._tasks = [asyncio.create_task(self._listen_forever()), asyncio.create_task(self._check_forever())]

    async def stop(self) -> None:
        """Ends the tasks, asking again: redis-py swallows a cancellation that meets it while it connects."""
        while alive := [task for task in self._tasks if not task.done()]:
            for task in alive:
                task.cancel()
            await asyncio.wait(alive, timeout=0.5)
        self._tasks = []
        if self._client is not None:
            await self._client.aclose()

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
        await socket.push(_frame(last, "gap" if missed else "hello"))

    async def leave(self, socket: Socket) -> None:
        sockets = self._sockets.get(socket.organization_id, set())
        if socket not in sockets:
            return
        sockets.discard(socket)
        self.regroup(socket, set())
        metrics.SOCKETS.dec()
        if not sockets:
            self._sockets.pop(socket.organization_id, None)
            self._sequence.pop(socket.organization_id, None)
            if self._pubsub is not None:
                with contextlib.suppress(redis.RedisError, OSError):
                    await self._pubsub.unsubscribe(wire.channel(socket.organization_id))

    def regroup(self, socket: Socket, groups: Iterable[str]) -> None:
        """Replace a socket's groups."""
        wanted = set(groups)
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
            except (redis.RedisError, OSError) as error:
                log.warning("live subscription lost, connecting again", error=str(error))
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
            await _send(sockets, _frame(self._sequence[organization_id], "gap"))

    async def _receive(self, channel: bytes, envelope: dict[str, Any]) -> None:
        if channel == wire.CONTROL_CHANNEL.encode():
            await self._control(envelope)
            return
        organization_id = UUID(channel.decode().rpartition(":")[2])
        metrics.PUSHES.inc()
        with correlation.bound(envelope.get("correlation_id", "")):
            await self._note_sequence(organization_id, envelope["seq"])
            await self._fan_out(organization_id, envelope)

    async def _note_sequence(self, organization_id: UUID, number: int) -> None:
        expected = self._sequence.get(organization_id, number - 1) + 1
        self._sequence[organization_id] = number
        if number != expected:
            await _send(self._sockets.get(organization_id, ()), _frame(number, "gap"))

    async def _fan_out(self, organization_id: UUID, envelope: dict[str, Any]) -> None:
        here = self._members(organization_id, envelope["groups"])
        gone = self._members(organization_id, envelope.get("gone", ())) - here
        for sockets, is_gone in ((here, False), (gone, True)):
            by_class: dict[RenderClass, list[Socket]] = defaultdict(list)
            for socket in sockets:
                by_class[socket.render_class].append(socket)
            for render_class, members in by_class.items():
                await self._render_and_send(envelope, render_class, members, is_gone)

    def _members(self, organization_id: UUID, groups: Iterable[str]) -> set[Socket]:
        return set().union(*(self._groups.get((organization_id, group), ()) for group in groups))

    async def _render_and_send(
        self, envelope: dict[str, Any], render_class: RenderClass, sockets: list[Socket], gone: bool
    ) -> None:
        renderer = _renderers.get(envelope["kind"])
        if renderer is None:
            return
        try:
            fragments = await sync_to_async(renderer, thread_sensitive=True)(render_class, envelope["ids"], gone)
        except Exception as error:  # noqa: BLE001 - one fragment must not end everybody's live updates
            log.error("live fragment not rendered", kind=envelope["kind"], error=repr(error))
            await _send(sockets, _frame(envelope["seq"], "gap"))
            return
        for fragment in fragments:
            await _send(sockets, _frame(envelope["seq"], fragment.type, fragment))
            if fragment.type == CHANGED:
                for socket in sockets:
                    await socket.recheck()

    async def _control(self, message: dict[str, str]) -> None:
        user, organization = message.get("close_user", ""), message.get("organization", "")
        for sockets in list(self._sockets.values()):
            for socket in list(sockets):
                if str(socket.user_id) == user and organization in ("", str(socket.organization_id)):
                    await socket.end(REAUTHENTICATE)

    async def _check_forever(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            sockets = [socket for group in self._sockets.values() for socket in group]
            if self._check is None or not sockets:
                continue
            try:
                ended = await sync_to_async(self._check)(sockets)
            except Exception as error:  # noqa: BLE001 - tried again in a few seconds
                log.warning("sockets not checked", error=repr(error))
                continue
            for socket in ended:
                await socket.end(REAUTHENTICATE)


def _frame(number: int, kind: str, fragment: Fragment | None = None) -> str:
    body: dict[str, Any] = {"seq": number, "type": kind}
    if fragment is not None:
        body |= {"id": fragment.id, "into": fragment.into, "html": fragment.html}
    return orjson.dumps(body).decode()


async def _send(sockets: Iterable[Socket], frame: str) -> None:
    for socket in list(sockets):
        with contextlib.suppress(OSError, RuntimeError):
            await socket.push(frame)
