"""From an envelope to frames: registered renderers, run in one thread beside the event loop with its own connection."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from django.db import InterfaceError, OperationalError, close_old_connections

from apps.core import correlation
from apps.core.logs import get_logger
from apps.core.threads import DatabaseThread

log = get_logger(__name__)
CHANGED = "changed"  # a fragment without html: the page fetches, and the right to look is asked again
RECYCLE_SECONDS = 30.0


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


Renderer = Callable[[RenderClass, dict[str, str], bool], list[Fragment]]
_renderers: dict[str, Renderer] = {}


def renders(kind: str) -> Callable[[Renderer], Renderer]:
    """Register `renderer(render_class, ids, gone) -> fragments` for one kind of push; it may use the database."""

    def register(renderer: Renderer) -> Renderer:
        _renderers[kind] = renderer
        return renderer

    return register


@dataclass(slots=True)
class Job:
    """One envelope for one class of viewers. Rendering fills `frames`; `asks_again` when a right may have ended."""

    envelope: dict[str, Any]
    render_class: RenderClass
    gone: bool
    sockets: list[Any] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    asks_again: bool = False

    def render(self) -> None:
        renderer = _renderers.get(self.envelope["kind"])
        if renderer is None:
            return
        with correlation.bound(self.envelope.get("correlation_id", "")):
            fragments = renderer(self.render_class, self.envelope["ids"], self.gone)
        self.frames = [frame(self.envelope["seq"], fragment.type, fragment) for fragment in fragments]
        self.asks_again = any(fragment.type == CHANGED for fragment in fragments)

    def fail(self, error: Exception) -> None:
        log.error("live fragment not rendered", kind=self.envelope["kind"], error=repr(error))
        self.frames = [frame(self.envelope["seq"], "gap")]


class RenderThread(DatabaseThread):
    """Where a hub touches the database; the connection is checked twice a minute instead of every time."""

    def __init__(self) -> None:
        super().__init__("live")
        self._recycled_at = float("-inf")

    async def render(self, jobs: list[Job]) -> None:
        await self.run(self._render, jobs)

    def _render(self, jobs: list[Job]) -> None:
        if time.monotonic() - self._recycled_at > RECYCLE_SECONDS:
            self._recycled_at = time.monotonic()
            close_old_connections()
        for job in jobs:
            try:
                _with_second_try(job.render)
            except Exception as error:  # noqa: BLE001 - one fragment must not end everybody's live updates
                job.fail(error)


def _with_second_try(render: Callable[[], None]) -> None:
    """A connection that broke while nobody looked is replaced once."""
    try:
        render()
    except (OperationalError, InterfaceError):
        close_old_connections()
        render()


def frame(number: int, kind: str, fragment: Fragment | None = None) -> str:
    """What goes down a socket: JSON of `{seq, type}` and, with a fragment, `{id, into, html}`."""
    body: dict[str, Any] = {"seq": number, "type": kind}
    if fragment is not None:
        body |= {"id": fragment.id, "into": fragment.into, "html": fragment.html}
    return orjson.dumps(body).decode()
