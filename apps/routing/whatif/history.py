"""A week as it was, out of what is stored: arrivals, staff and rules for the replay, and how each wait really ended.

The number of queries is constant; conversations and their lines are streamed. What is not known is estimated, and said.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.conversations.models import Conversation, Direction, Message
from apps.organizations.models import Organization
from apps.routing.whatif import staff
from apps.routing.whatif.lives import TOLD, Told, Wait, waits
from apps.routing.whatif.model import Arrival, End, Line, Outcome, Worker, World
from apps.teams.calendar import Hours, instant
from apps.teams.models import Queue
from apps.teams.schedules import WITH_HOURS, hours_of_queues
from apps.teams.services import team_settings

MOST_CONVERSATIONS = 200_000
CHUNK = 5000
USUAL_HANDLING = 600.0  # seconds, where the week knows none
REGULAR = 5  # who took so many of a queue in the week served it, whatever is set today
_SLACK = timedelta(seconds=5)  # an event and the hold it begins are written one after the other


@dataclass(frozen=True, slots=True)
class Known:
    """Of a conversation, beside its lines."""

    queue: UUID | None
    is_vip: bool
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Week:
    """`happened`: how the waits of `world` really ended. `estimated_handling`: waits whose handling isn't over or never
    began, so that the queue's median stands for it. `estimated_staff`: times online were not recorded then."""

    world: World
    happened: list[Outcome]
    estimated_handling: int
    estimated_staff: bool


def bounds(week: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From Monday's first moment to the next one's, in UTC."""
    first = datetime.combine(week, time.min)
    return instant(first, zone), instant(first + timedelta(days=7), zone)


def has_arrivals(organization: Organization, week: date) -> bool:
    begin, end = bounds(week, ZoneInfo(organization.time_zone))
    return Conversation.objects.filter(created_at__gte=begin, created_at__lt=end).exists()


def read(organization: Organization, week: date) -> Week:
    """The week that begins on this Monday. Raises ValidationError when it is too large to be replayed."""
    zone = ZoneInfo(organization.time_zone)
    begin, end = bounds(week, zone)
    alive = Conversation.objects.filter(Q(closed_at=None) | Q(closed_at__gte=begin), created_at__lt=end)
    known = _known(alive)
    queues = _queues()
    held = staff.holds(alive.values("pk"), begin, end)
    found = _Found(_waits(alive, begin, end), known, held, queues, begin, end)
    shifts, is_estimated = staff.shifts(held, begin, end)
    lines = _lines(queues, found.regulars())
    members = {pk for line in lines.values() for pk in line.agents}
    capacities, skills, busy = staff.capacities(members), staff.skills(), found.held_before()
    workers = {
        pk: Worker(pk, capacities[pk], skills.get(pk, {}), shifts.get(pk, ()), tuple(busy[pk])) for pk in members
    }
    happened = found.outcomes()
    world = World(begin, end, zone, lines, workers, tuple(one.arrival for one in happened), team_settings().capacity)
    return Week(world, happened, found.estimated, is_estimated)


def queues_and_lines() -> tuple[list[Queue], dict[UUID, Line]]:
    """As they are set today."""
    queues = _queues()
    return queues, _lines(queues, {})


def _queues() -> list[Queue]:
    rows = Queue.objects.select_related(*WITH_HOURS, "sla_policy").order_by("department__name", "priority", "name")
    return list(rows.prefetch_related("members", "department__members", "required_skills"))


def _known(alive: Any) -> dict[UUID, Known]:
    rows = alive.values_list("pk", "queue", "contact__is_vip", "first_answered_at")
    found = {pk: Known(*rest) for pk, *rest in rows[: MOST_CONVERSATIONS + 1].iterator(CHUNK)}
    if len(found) > MOST_CONVERSATIONS:
        raise ValidationError(
            _("This week has more than 200,000 conversations, too many to replay. Choose another one.")
        )
    return found


def _waits(alive: Any, begin: datetime, end: datetime) -> list[Wait]:
    """Those that touch the week: they wait, or keep an agent's place, in a part of it."""
    rows = Message.objects.filter(
        conversation__in=alive.values("pk"),
        direction=Direction.EVENT,
        target_wamid="",
        payload__event__in=TOLD,
    ).order_by("conversation_id", "id")
    told = (Told(*row) for row in rows.values_list("conversation_id", "id", "created_at", "payload").iterator(CHUNK))
    return [wait for wait in waits(told) if wait.since < end and not _is_over(wait, begin)]


def _is_over(wait: Wait, begin: datetime) -> bool:
    last = wait.gone_at or wait.freed_at
    return last is not None and last <= begin


def _lines(queues: Iterable[Queue], regulars: Mapping[UUID, set[UUID]]) -> dict[UUID, Line]:
    rows = list(queues)
    hours = hours_of_queues(rows)
    return {queue.pk: _line(queue, hours[queue.pk], regulars.get(queue.pk, set())) for queue in rows}


def _line(queue: Queue, hours: Hours, regulars: set[UUID]) -> Line:
    policy = queue.sla_policy
    minutes = policy.first_answer_minutes if policy is not None and policy.is_active else None
    named = queue.members.all() or queue.department.members.all()
    return Line(
        pk=queue.pk,
        name=queue.name,
        priority=queue.priority,
        mode=queue.mode,
        out_of_hours=queue.out_of_hours,
        hours=hours,
        max_waiting=queue.max_waiting,
        overflow_minutes=queue.overflow_minutes,
        overflow_queue_id=queue.overflow_queue_id,
        target_seconds=minutes * 60 if minutes else None,
        needs={need.skill_id: need.minimum for need in queue.required_skills.all()},
        agents=frozenset({member.pk for member in named if member.is_active} | regulars),
        is_active=queue.is_active,
    )


class _Found:
    """The week's waits, each with its queue and the agent who took it."""

    def __init__(
        self,
        rows: list[Wait],
        known: Mapping[UUID, Known],
        held: Iterable[staff.Held],
        queues: Iterable[Queue],
        begin: datetime,
        end: datetime,
    ) -> None:
        self.known, self.begin, self.end = known, begin, end
        self.ids = {str(queue.pk): queue.pk for queue in queues}
        self.names = {queue.name: queue.pk for queue in queues}
        self.held: dict[UUID, list[staff.Held]] = defaultdict(list)
        for one in held:
            self.held[one.conversation].append(one)
        self.rows = [(wait, queue) for wait in rows if (queue := self._queue(wait)) is not None]
        self.estimated = 0

    def _queue(self, wait: Wait) -> UUID | None:
        """Where they came in: by id, else by the name it had, else where the conversation was last."""
        pk, name = wait.entrance
        last = self.known[wait.conversation].queue if wait.conversation in self.known else None
        return self.ids.get(pk) or self.names.get(name) or last

    def _agent(self, wait: Wait) -> UUID | None:
        taken = wait.taken_at
        if taken is None:
            return None
        return next((one.agent for one in self.held[wait.conversation] if one.began >= taken - _SLACK), None)

    def regulars(self) -> dict[UUID, set[UUID]]:
        took = Counter((queue, self._agent(wait)) for wait, queue in self.rows if self._in_week(wait.taken_at))
        found: dict[UUID, set[UUID]] = defaultdict(set)
        for (queue, agent), times in took.items():
            if agent is not None and times >= REGULAR:
                found[queue].add(agent)
        return found

    def _in_week(self, at: datetime | None) -> bool:
        return at is not None and self.begin <= at < self.end

    def held_before(self) -> dict[UUID, list[datetime]]:
        """Until when conversations that were taken before the week keep their agents' places in it."""
        found: dict[UUID, list[datetime]] = defaultdict(list)
        for wait, _queue in self.rows:
            agent = self._agent(wait)
            if agent is not None and wait.taken_at is not None and wait.taken_at < self.begin:
                found[agent].append(min(wait.freed_at or self.end, self.end))
        return found

    def outcomes(self) -> list[Outcome]:
        """How those who waited in the week really fared, oldest first."""
        rows = [(wait, queue) for wait, queue in self.rows if wait.taken_at is None or wait.taken_at >= self.begin]
        usual = _usual(rows)
        found = [self._outcome(wait, self._arrival(wait, queue, usual)) for wait, queue in rows]
        return sorted(found, key=lambda outcome: (outcome.arrival.age, outcome.arrival.pk))

    def _arrival(self, wait: Wait, queue: UUID, usual: Mapping[UUID | None, float]) -> Arrival:
        handling, known = wait.handling, self.known[wait.conversation]
        if handling is None:
            self.estimated += 1
            handling = usual.get(queue, usual[None])
        return Arrival(
            pk=wait.pk,
            at=max(wait.since, self.begin),
            queue=queue,
            handling=handling,
            reaction=_reaction(wait, known.answered_at),
            since=wait.since,
            is_vip=known.is_vip,
            leaves_at=wait.gone_at,
            counts=wait.since >= self.begin,
            promised=wait.is_first,
        )

    def _outcome(self, wait: Wait, arrival: Arrival) -> Outcome:
        if self._in_week(wait.taken_at) and wait.taken_at is not None:
            return Outcome(arrival, End.TAKEN, wait.taken_at, arrival.queue, self._agent(wait))
        if self._in_week(wait.gone_at) and wait.gone_at is not None:
            return Outcome(arrival, End.LEFT, wait.gone_at, arrival.queue)
        return Outcome(arrival, End.WAITING, self.end, arrival.queue)


def _reaction(wait: Wait, answered_at: datetime | None) -> float | None:
    if answered_at is None or wait.taken_at is None or not wait.is_first:
        return None
    return max(0.0, (answered_at - wait.taken_at).total_seconds())


def _usual(rows: Iterable[tuple[Wait, UUID]]) -> dict[UUID | None, float]:
    """The median handling of each queue, and under None of all."""
    seconds: dict[UUID | None, list[float]] = defaultdict(list)
    for wait, queue in rows:
        if wait.handling is not None:
            seconds[queue].append(wait.handling)
            seconds[None].append(wait.handling)
    return {None: USUAL_HANDLING} | {queue: median(values) for queue, values in seconds.items()}
