"""What a scenario changes, and the world that comes of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from apps.routing.whatif.model import Line, Worker, World
from apps.teams.calendar import Span, instant

DAYS = {"all": frozenset(range(7)), "workdays": frozenset(range(5)), "weekend": frozenset((5, 6))}
RULES = ("max_waiting", "overflow_minutes", "overflow_queue_id")


@dataclass(frozen=True, slots=True)
class Change:
    """Of one queue. `people`: how many more (or, negative, fewer) agents on `days` from `from_hour` to `to_hour`.
    `capacity`: conversations at a time of those who serve the queue. `rules`: fields of `Line` that are set anew."""

    queue: UUID
    people: int = 0
    days: str = "workdays"
    from_hour: int = 0
    to_hour: int = 24
    capacity: int | None = None
    rules: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, queue: UUID, stored: Mapping[str, Any]) -> "Change":
        """From a scenario's JSON: `target_minutes` is in minutes there, `overflow_queue_id` is text."""
        rules = {name: stored[name] for name in RULES if name in stored}
        if rules.get("overflow_queue_id"):
            rules["overflow_queue_id"] = UUID(rules["overflow_queue_id"])
        if "target_minutes" in stored:
            rules["target_seconds"] = stored["target_minutes"] * 60 if stored["target_minutes"] else None
        plain = {
            name: stored[name] for name in ("people", "days", "from_hour", "to_hour", "capacity") if name in stored
        }
        return cls(queue, **plain, rules=tuple(rules.items()))


def changed(world: World, changes: Iterable[Change]) -> World:
    """The same week with other staff and rules. Changes of queues that are no more are left out."""
    for change in changes:
        if change.queue in world.lines:
            world = _capacity(_people(_rules(world, change), change), change)
    return world


def _rules(world: World, change: Change) -> World:
    line = replace(world.lines[change.queue], **dict(change.rules))
    return replace(world, lines={**world.lines, line.pk: line})


def _capacity(world: World, change: Change) -> World:
    if change.capacity is None:
        return world
    mine = world.lines[change.queue].agents
    return replace(
        world,
        workers={
            pk: replace(worker, capacity=change.capacity) if pk in mine else worker
            for pk, worker in world.workers.items()
        },
    )


def _people(world: World, change: Change) -> World:
    return _with_more(world, change) if change.people > 0 else _with_fewer(world, change)


def bands(world: World, change: Change) -> list[Span]:
    """The hours of the change, on each of its days in the week."""
    first = world.begin.astimezone(world.zone).date()
    days = [first + timedelta(days=offset) for offset in range((world.end - world.begin).days + 1)]
    found = [_band(world, change, day) for day in days if day.weekday() in DAYS[change.days]]
    return [(begin, min(end, world.end)) for begin, end in found if begin < min(end, world.end)]


def _band(world: World, change: Change, day: date) -> Span:
    midnight = datetime.combine(day, time.min)
    begin, end = (midnight + timedelta(hours=hour) for hour in (change.from_hour, change.to_hour))
    return instant(begin, world.zone), instant(end, world.zone)


def _with_more(world: World, change: Change) -> World:
    line, shifts = world.lines[change.queue], tuple(bands(world, change))
    more = [
        Worker(uuid5(line.pk, str(number)), world.default_capacity, dict(line.needs), shifts)
        for number in range(change.people)
    ]
    joined = replace(line, agents=line.agents | {worker.pk for worker in more})
    return replace(
        world,
        lines={**world.lines, line.pk: joined},
        workers={**world.workers, **{worker.pk: worker for worker in more}},
    )


def _with_fewer(world: World, change: Change) -> World:
    workers, line = dict(world.workers), world.lines[change.queue]
    for band in bands(world, change):
        there = [pk for pk in line.agents if pk in workers and any(_meet(shift, band) for shift in workers[pk].shifts)]
        for pk in sorted(there, key=lambda pk: (_serves(world, pk), str(pk)))[: -change.people]:
            workers[pk] = replace(workers[pk], shifts=tuple(_without(workers[pk].shifts, band)))
    return replace(world, workers=workers)


def _serves(world: World, pk: UUID) -> int:
    """Who serves this queue alone goes first: the others are missed elsewhere too."""
    return sum(pk in line.agents for line in world.lines.values())


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _without(shifts: Iterable[Span], band: Span) -> Iterator[Span]:
    for begin, end in shifts:
        before, after = (begin, min(end, band[0])), (max(begin, band[1]), end)
        yield from (span for span in (before, after) if span[0] < span[1])


def circle(lines: Mapping[UUID, Line], first: UUID) -> list[UUID]:
    """The queues through which `first` would overflow back to itself; empty when it does not."""
    here, way = lines.get(first), [first]
    while here is not None and here.overflow_queue_id is not None and here.overflow_queue_id not in way:
        way.append(here.overflow_queue_id)
        here = lines.get(here.overflow_queue_id)
    back = here is not None and here.overflow_queue_id == first
    return [*way, first] if back else []
