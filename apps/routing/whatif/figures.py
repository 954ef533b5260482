"""What waits come to: the same measure for what happened and for every replay. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any
from uuid import UUID

from apps.routing.whatif.model import End, Outcome, World
from apps.teams.calendar import Span


@dataclass(frozen=True, slots=True)
class Figures:
    """Waits are seconds of business time, from the arrival until it was taken, left, or the week ended. A customer
    counts in the queue where they came in. `promised` of them were promised a first answer, `kept` and `breached` say
    what came of it; what the week's end left open is in neither. `busy`: share of the agents' places that was in use
    while they were online; None: nobody was. `hours`: arrivals and median wait by hour of the day. `slots`: hour of the
    week (0 is Monday's first), arrivals, median wait and broken promises, where somebody came."""

    arrivals: int = 0
    taken: int = 0
    waiting: int = 0
    median: float | None = None
    p90: float | None = None
    longest: float | None = None
    promised: int = 0
    kept: int = 0
    breached: int = 0
    busy: float | None = None
    hours: tuple[tuple[int, float | None], ...] = ()
    slots: tuple[tuple[int, int, float, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the sorted values do not exceed."""
    return values[max(0, ceil(share * len(values)) - 1)]


def measure(world: World, outcomes: Iterable[Outcome]) -> dict[UUID | None, Figures]:
    """By queue, and under None for all together."""
    rows: dict[UUID | None, list[Outcome]] = defaultdict(list)
    every = list(outcomes)
    for outcome in every:
        if outcome.arrival.counts:
            rows[outcome.arrival.queue].append(outcome)
            rows[None].append(outcome)
    busy = _busy(world, every)
    seen = {outcome.arrival.pk: _seen(world, outcome) for outcome in rows[None]}
    agents = {pk: line.agents for pk, line in world.lines.items()}
    everybody = frozenset(world.workers)
    return {
        pk: _figures(
            [seen[each.arrival.pk] for each in rows[pk]], rows[pk], _share(busy, agents[pk] if pk else everybody)
        )
        for pk in (None, *world.lines)
    }


def waited(world: World, outcome: Outcome) -> float:
    return world.lines[outcome.arrival.queue].hours.business_seconds(outcome.arrival.age, outcome.at)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One arrival: its hour of the week, how long it waited, and what came of the promise, if there was one."""

    slot: int
    wait: float
    promised: bool
    kept: bool | None


def _seen(world: World, outcome: Outcome) -> _Seen:
    local = outcome.arrival.at.astimezone(world.zone)
    promised = _is_promised(world, outcome)
    kept = _kept(world, outcome) if promised else None
    return _Seen(local.weekday() * 24 + local.hour, waited(world, outcome), promised, kept)


def _figures(seen: list[_Seen], rows: list[Outcome], busy: float | None) -> Figures:
    mine = sorted(each.wait for each in seen)
    return Figures(
        arrivals=len(rows),
        taken=sum(outcome.end is End.TAKEN for outcome in rows),
        waiting=sum(outcome.end is End.WAITING for outcome in rows),
        median=median(mine) if mine else None,
        p90=percentile(mine, 0.9) if mine else None,
        longest=mine[-1] if mine else None,
        promised=sum(each.promised for each in seen),
        kept=sum(each.kept is True for each in seen),
        breached=sum(each.kept is False for each in seen),
        busy=busy,
        hours=_hours(seen),
        slots=_slots(seen),
    )


def _hours(seen: list[_Seen]) -> tuple[tuple[int, float | None], ...]:
    by_hour: dict[int, list[float]] = defaultdict(list)
    for each in seen:
        by_hour[each.slot % 24].append(each.wait)
    return tuple((len(by_hour[hour]), median(by_hour[hour]) if by_hour[hour] else None) for hour in range(24))


def _slots(seen: list[_Seen]) -> tuple[tuple[int, int, float, int], ...]:
    by_slot: dict[int, list[_Seen]] = defaultdict(list)
    for each in seen:
        by_slot[each.slot].append(each)
    return tuple(
        (slot, len(there), round(median(each.wait for each in there)), sum(each.kept is False for each in there))
        for slot, there in sorted(by_slot.items())
    )


def _is_promised(world: World, outcome: Outcome) -> bool:
    return outcome.arrival.promised and world.lines[outcome.arrival.queue].target_seconds is not None


def _kept(world: World, outcome: Outcome) -> bool | None:
    """Whether the first answer came in time; None when it is not decided by the week's end."""
    line, answered = world.lines[outcome.arrival.queue], outcome.answered_at
    target = line.target_seconds or 0
    decided_at = answered if answered is not None else world.end if outcome.end is not End.LEFT else outcome.at
    in_time = line.hours.business_seconds(outcome.arrival.age, decided_at) <= target
    if in_time and answered is None:
        return None
    return in_time


def _busy(world: World, outcomes: Iterable[Outcome]) -> dict[UUID, tuple[float, float]]:
    """For each agent: seconds of places in use while online, and seconds of places that there were."""
    used: dict[UUID, float] = defaultdict(float)
    for outcome in outcomes:
        worker = world.workers.get(outcome.agent) if outcome.agent else None
        if worker is not None and outcome.end is End.TAKEN:
            used[worker.pk] += _overlap(worker.shifts, outcome.at, min(outcome.freed_at, world.end))
    for worker in world.workers.values():
        used[worker.pk] += sum(_overlap(worker.shifts, world.begin, min(until, world.end)) for until in worker.held)
    return {
        pk: (used[pk], _overlap(worker.shifts, world.begin, world.end) * worker.capacity)
        for pk, worker in world.workers.items()
    }


def _overlap(spans: Iterable[Span], begin: datetime, end: datetime) -> float:
    return sum(max(0.0, (min(closes, end) - max(opens, begin)).total_seconds()) for opens, closes in spans)


def _share(busy: dict[UUID, tuple[float, float]], agents: Iterable[UUID]) -> float | None:
    known = [busy[pk] for pk in agents if pk in busy]
    there = sum(places for _used, places in known)
    return min(1.0, sum(used for used, _places in known) / there) if there else None
