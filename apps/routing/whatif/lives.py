"""From the event lines of conversations to waits: who began to wait where and when, and what came of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

TOLD = ("queued", "pulled", "assigned", "snoozed", "woken", "returned", "closed")
_TAKEN = ("pulled", "assigned")
_BACK = ("woken", "returned")


@dataclass(frozen=True, slots=True)
class Told:
    """One event line."""

    conversation: UUID
    pk: UUID
    at: datetime
    payload: Mapping[str, Any]

    @property
    def event(self) -> str:
        return str(self.payload.get("event", ""))

    @property
    def entrance(self) -> tuple[str, str]:
        """Id and name of the queue in which they came in: the one that overflowed, if one did. Older lines have no
        id."""
        side = "from" if str(self.payload.get("reason", "")).startswith("overflow_") else "queue"
        return str(self.payload.get(f"{side}_id") or ""), str(self.payload.get(side) or "")


@dataclass(slots=True)
class Wait:
    """One time of waiting. `taken_at` and `freed_at`: when an agent took it, and gave it up again; `gone_at`: closed or
    sent elsewhere while it waited. `paused`: seconds that it was snoozed in between."""

    pk: UUID
    conversation: UUID
    entrance: tuple[str, str]
    since: datetime
    is_first: bool
    taken_at: datetime | None = None
    freed_at: datetime | None = None
    gone_at: datetime | None = None
    paused: float = 0.0
    _snoozed_at: datetime | None = field(default=None, repr=False)

    @property
    def is_waiting(self) -> bool:
        return self.taken_at is None and self.gone_at is None

    @property
    def is_held(self) -> bool:
        return self.taken_at is not None and self.freed_at is None

    @property
    def handling(self) -> float | None:
        """Seconds for which it kept an agent's place; None while it does."""
        if self.taken_at is None or self.freed_at is None:
            return None
        return max(0.0, (self.freed_at - self.taken_at).total_seconds() - self.paused)

    def end(self, at: datetime) -> None:
        if self.is_waiting:
            self.gone_at = at
        elif self.is_held:
            self.resume(at)
            self.freed_at = at

    def snooze(self, at: datetime) -> None:
        if self.is_held and self._snoozed_at is None:
            self._snoozed_at = at

    def resume(self, at: datetime) -> None:
        if self._snoozed_at is not None:
            self.paused += (at - self._snoozed_at).total_seconds()
            self._snoozed_at = None


def waits(lines: Iterable[Told]) -> Iterator[Wait]:
    """All waits of conversations whose lines come together and in order. One that overflows in time waits on."""
    for _conversation, life in groupby(lines, key=lambda line: line.conversation):
        yield from _of_one(life)


def _of_one(life: Iterable[Told]) -> list[Wait]:
    found: list[Wait] = []
    for line in life:
        last = found[-1] if found else None
        if line.event == "queued":
            if last is not None and last.is_waiting and line.payload.get("reason") == "overflow_time":
                continue
            if last is not None:
                last.end(line.at)
            found.append(Wait(line.pk, line.conversation, line.entrance, line.at, is_first=not found))
        elif last is not None:
            _apply(last, line)
    return found


def _apply(wait: Wait, line: Told) -> None:
    if line.event in _TAKEN and wait.is_waiting:
        wait.taken_at = line.at
    elif line.event == "snoozed":
        wait.snooze(line.at)
    elif line.event in _BACK:
        wait.resume(line.at)
    elif line.event == "closed":
        wait.end(line.at)
