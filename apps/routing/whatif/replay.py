"""A week once more, event by event, under the rules that hold for real conversations: `turns`, `chains`, `calendar`.

Pure and deterministic: the same world gives the same outcomes. Nothing is drawn by chance: what happened comes in.
Agents take at once when they are online and have room. Whoever ends the day keeps what they hold until it is done.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from heapq import heapify, heappop, heappush, heapreplace
from uuid import UUID

from apps.routing import turns
from apps.routing.chains import Chains, along
from apps.routing.whatif.model import Arrival, End, Line, Outcome, World

NEVER = datetime.min.replace(tzinfo=UTC)
TOLD_EVERY = 2000


class What(IntEnum):
    """Kinds of event, in the order in which those of one moment happen."""

    FREED = 0
    GONE_HOME = 1
    CAME = 2
    OPENED = 3
    ARRIVED = 4
    LEFT = 5
    OVERDUE = 6


@dataclass(slots=True)
class _Agent:
    membership_id: UUID
    capacity: int
    skills: Mapping[UUID, int]
    load: int
    is_online: bool = False
    last_given: datetime = NEVER


@dataclass(slots=True)
class _Waiting:
    """`since` begins anew when it overflows, as `queued_at` does."""

    arrival: Arrival
    line: Line
    since: datetime
    turn: turns.Turn = field(init=False)

    def __post_init__(self) -> None:
        it = self.arrival
        self.turn = turns.turn(is_vip=it.is_vip, priority=self.line.priority, since=self.since, pk=it.pk)


def replay(world: World, told: Callable[[float], None] = lambda share: None) -> list[Outcome]:
    """How each arrival's wait ends, in the order of arrivals. `told` hears now and then which share of the week has
    passed; what it raises ends the replay."""
    return _Replay(world).run(told)


class _Replay:
    def __init__(self, world: World) -> None:
        self.world = world
        self.agents = {
            worker.pk: _Agent(worker.pk, worker.capacity, worker.skills, len(worker.held))
            for worker in world.workers.values()
        }
        self.allowed = {
            line.pk: frozenset(
                pk for pk in line.agents if pk in self.agents and turns.knows(self.agents[pk].skills, line.needs)
            )
            for line in world.lines.values()
        }
        self.serves: dict[UUID, set[UUID]] = defaultdict(set)
        for line_id, allowed in self.allowed.items():
            for pk in allowed:
                self.serves[pk].add(line_id)
        active = {pk: line for pk, line in world.lines.items() if line.is_active}
        self.chains: Chains[Line] = Chains(
            active, {pk: line.hours for pk, line in world.lines.items()}, Counter(), world.begin
        )
        self.leads_to = _leads_to(active)
        self.free: set[UUID] = set()
        self.waiting: dict[UUID, _Waiting] = {}
        self.heaps: dict[UUID, list[tuple[turns.Turn, UUID]]] = defaultdict(list)
        self.open: dict[UUID, tuple[bool, datetime]] = {}
        self.late: dict[UUID, deque[UUID]] = defaultdict(deque)
        self.outcomes: dict[UUID, Outcome] = {}
        self.touched: set[UUID] = set()
        self.relieved: set[UUID] = set()
        self.events: list[tuple[datetime, What, int, UUID]] = []
        self.count = 0
        self.known = {arrival.pk: arrival for arrival in world.arrivals}

    def run(self, told: Callable[[float], None]) -> list[Outcome]:
        self.events = [(at, what, number, pk) for number, (at, what, pk) in enumerate(self._planned())]
        self.count = len(self.events)
        heapify(self.events)
        length, done = (self.world.end - self.world.begin).total_seconds(), 0
        while self.events and self.events[0][0] < self.world.end:
            moment = self.chains.moment = self.events[0][0]
            while self.events and self.events[0][0] == moment:
                _at, what, _number, pk = heappop(self.events)
                self._happen(what, pk)
                done += 1
                if done % TOLD_EVERY == 0:
                    told((moment - self.world.begin).total_seconds() / length)
            self._settle()
        for wait in list(self.waiting.values()):
            self._end(wait, End.WAITING, self.world.end)
        return [self.outcomes[arrival.pk] for arrival in self.world.arrivals]

    def _planned(self) -> Iterator[tuple[datetime, What, UUID]]:
        begin, end = self.world.begin, self.world.end
        for arrival in self.world.arrivals:
            yield max(arrival.at, begin), What.ARRIVED, arrival.pk
            if arrival.leaves_at is not None:
                yield max(arrival.leaves_at, begin), What.LEFT, arrival.pk
        for worker in self.world.workers.values():
            yield from ((until, What.FREED, worker.pk) for until in worker.held)
            for comes, goes in worker.shifts:
                yield max(comes, begin), What.CAME, worker.pk
                yield goes, What.GONE_HOME, worker.pk
        for line in self.world.lines.values():
            yield from ((at, What.OPENED, line.pk) for at in _openings(line, begin, end))

    def _plan(self, at: datetime, what: What, pk: UUID) -> None:
        if at < self.world.end:
            heappush(self.events, (max(at, self.chains.moment), what, self.count, pk))
            self.count += 1

    def _happen(self, what: What, pk: UUID) -> None:
        match what:
            case What.FREED:
                self.agents[pk].load -= 1
                self._look_at(pk)
            case What.CAME | What.GONE_HOME:
                self.agents[pk].is_online = what is What.CAME
                self._look_at(pk)
            case What.OPENED:
                self.touched.add(pk)
                self.relieved.add(pk)
            case What.ARRIVED:
                self._arrive(self.known[pk])
            case What.LEFT:
                if pk in self.waiting:
                    self._end(self.waiting[pk], End.LEFT, self.chains.moment)
            case What.OVERDUE:
                self._overdue(pk)

    def _look_at(self, pk: UUID) -> None:
        agent = self.agents[pk]
        if agent.is_online and agent.load < agent.capacity:
            self.free.add(pk)
            self.touched |= self.serves[pk]
        else:
            self.free.discard(pk)

    def _arrive(self, arrival: Arrival) -> None:
        line = self.world.lines[arrival.queue]
        found = self.chains.after(line) if self.chains.push_of(line) else None
        if found is None:
            self.chains.waiting[line.pk] += 1
        self._wait(arrival, found or line, arrival.age)

    def _wait(self, arrival: Arrival, line: Line, since: datetime) -> None:
        wait = self.waiting[arrival.pk] = _Waiting(arrival, line, since)
        heappush(self.heaps[line.pk], (wait.turn, arrival.pk))
        self.touched.add(line.pk)
        if line.overflow_minutes is not None and line.overflow_queue_id in self.chains.queues:
            due = line.hours.add_business_time(since, line.overflow_minutes * 60)
            if due is not None:
                self._plan(due, What.OVERDUE, arrival.pk)

    def _overdue(self, pk: UUID) -> None:
        wait = self.waiting.get(pk)
        if wait is None or not self._is_late(wait) or self._move_on(wait):
            return
        self.late[wait.line.pk].append(pk)

    def _is_late(self, wait: _Waiting) -> bool:
        limit = wait.line.overflow_minutes
        if limit is None:
            return False
        due = wait.line.hours.add_business_time(wait.since, limit * 60)
        return due is not None and due <= self.chains.moment

    def _move_on(self, wait: _Waiting) -> bool:
        found = self.chains.after(wait.line)
        if found is None:
            return False
        self._leave_line(wait)
        self._wait(wait.arrival, found, self.chains.moment)
        return True

    def _leave_line(self, wait: _Waiting) -> None:
        self.chains.waiting[wait.line.pk] -= 1
        self.relieved.add(wait.line.pk)

    def _end(self, wait: _Waiting, end: End, at: datetime, agent: UUID | None = None) -> None:
        del self.waiting[wait.arrival.pk]
        self._leave_line(wait)
        self.outcomes[wait.arrival.pk] = Outcome(wait.arrival, end, at, wait.line.pk, agent)

    def _settle(self) -> None:
        """Give what can be given; then whoever found no place along the chain tries again where there is room now."""
        while self.touched or self.relieved:
            self._distribute()
            relieved, self.relieved = self.relieved, set()
            for line_id in sorted({above for pk in relieved for above in self.leads_to[pk]}):
                self._retry(line_id)

    def _retry(self, line_id: UUID) -> None:
        queue = self.late[line_id]
        while queue:
            wait = self.waiting.get(queue[0])
            is_stuck = wait is not None and wait.line.pk == line_id and self._is_late(wait) and not self._move_on(wait)
            if is_stuck:
                return
            queue.popleft()

    def _distribute(self) -> None:
        """The first of each line that opens now, in their order; a line for which nobody is free has had its turn."""
        asked = self.touched if self.free else ()
        heads = [wait.turn for pk in asked if (wait := self._head(pk)) is not None and self._is_open(wait.line)]
        heapify(heads)
        while self.free and heads:
            wait = self.waiting[heads[0][-1]]
            agent = self._best(wait.line)
            if agent is not None:
                self._give(wait, agent)
            following = self._head(wait.line.pk) if agent is not None else None
            if following is not None:
                heapreplace(heads, following.turn)
            else:
                heappop(heads)
        self.touched.clear()

    def _is_open(self, line: Line) -> bool:
        """Asked of the calendar once for each opening and closing, for time only goes on."""
        is_open, until = self.open.get(line.pk, (False, self.chains.moment))
        if self.chains.moment >= until:
            moment, hours = self.chains.moment, line.hours
            is_open = hours.is_open(moment)
            until = (hours.closing(moment) if is_open else hours.next_opening(moment)) or self.world.end
            self.open[line.pk] = (is_open, until)
        return is_open

    def _head(self, line_id: UUID) -> _Waiting | None:
        heap = self.heaps[line_id]
        while heap:
            its_turn, pk = heap[0]
            wait = self.waiting.get(pk)
            if wait is not None and wait.line.pk == line_id and wait.turn == its_turn:
                return wait
            heappop(heap)
        return None

    def _best(self, line: Line) -> _Agent | None:
        free = (self.agents[pk] for pk in self.allowed[line.pk] & self.free)
        return min(free, key=lambda agent: turns.rank(line.mode, line.needs, agent), default=None)

    def _give(self, wait: _Waiting, agent: _Agent) -> None:
        moment = self.chains.moment
        agent.load, agent.last_given = agent.load + 1, moment
        if agent.load >= agent.capacity:
            self.free.discard(agent.membership_id)
        self._end(wait, End.TAKEN, moment, agent.membership_id)
        self._plan(moment + timedelta(seconds=wait.arrival.handling), What.FREED, agent.membership_id)


def _openings(line: Line, begin: datetime, end: datetime) -> Iterator[datetime]:
    at: datetime | None = begin
    while at is not None and not line.hours.never_closes:
        at = line.hours.next_opening(at)
        if at is None or at >= end:
            return
        yield at
        at = line.hours.closing(at)


def _leads_to(lines: Mapping[UUID, Line]) -> dict[UUID, set[UUID]]:
    """Which queues' chains come by each queue."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for first in lines.values():
        for line in along(lines, first):
            found[line.pk].add(first.pk)
    return found
