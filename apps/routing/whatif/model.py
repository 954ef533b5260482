"""What a replay knows of a week: queues, agents with their hours, arrivals; and how each arrival's wait ended. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.teams.calendar import ALWAYS, Hours, Span
from apps.teams.models import RoutingMode


@dataclass(frozen=True, slots=True)
class Line:
    """A queue with its rules. `agents` may take from it; `target_seconds`: the first answer that is promised, in
    business time."""

    pk: UUID
    name: str
    priority: int = 5
    mode: str = RoutingMode.MANUAL
    out_of_hours: str = "wait"
    hours: Hours = ALWAYS
    max_waiting: int | None = None
    overflow_minutes: int | None = None
    overflow_queue_id: UUID | None = None
    target_seconds: int | None = None
    needs: Mapping[UUID, int] = field(default_factory=dict)
    agents: frozenset[UUID] = frozenset()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent. `shifts`: disjoint, sorted spans online; `held`: until when conversations of before keep a place."""

    pk: UUID
    capacity: int = 5
    skills: Mapping[UUID, int] = field(default_factory=dict)
    shifts: tuple[Span, ...] = ()
    held: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A conversation that begins to wait. `since` decides its age: `at`, but for those who waited before the week.

    `handling`: seconds for which it keeps an agent's place. `reaction`: seconds from being taken to the first answer;
    None: never answered. `leaves_at`: closed by somebody if it still waits. `counts`: it came in the week.
    `promised`: the customer's first wait, to which the promise of a first answer applies.
    """

    pk: UUID
    at: datetime
    queue: UUID
    handling: float = 0.0
    reaction: float | None = 0.0
    since: datetime = datetime.min
    is_vip: bool = False
    leaves_at: datetime | None = None
    counts: bool = True
    promised: bool = True

    @property
    def age(self) -> datetime:
        return self.at if self.since == datetime.min else self.since


class End(StrEnum):
    TAKEN = "taken"
    LEFT = "left"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an arrival's wait ended, when, in which queue, and with whom."""

    arrival: Arrival
    end: End
    at: datetime
    queue: UUID
    agent: UUID | None = None

    @property
    def freed_at(self) -> datetime:
        return self.at + timedelta(seconds=self.arrival.handling)

    @property
    def answered_at(self) -> datetime | None:
        if self.end is not End.TAKEN or self.arrival.reaction is None:
            return None
        return self.at + timedelta(seconds=self.arrival.reaction)


@dataclass(frozen=True, slots=True)
class World:
    """Everything from `begin` to `end` (UTC). Hours of the day are those of `zone`."""

    begin: datetime
    end: datetime
    zone: ZoneInfo
    lines: Mapping[UUID, Line]
    workers: Mapping[UUID, Worker]
    arrivals: tuple[Arrival, ...]
    default_capacity: int = 5
