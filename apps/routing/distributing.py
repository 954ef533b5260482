"""Automatic assignment: who is online and has room gets what waits, by the queue's mode.

The roster is a snapshot that chooses; rows decide. Each giving checks everything again under the agent's lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from apps.conversations.models import State
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm, roles_with
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.routing import rules, services, turns, waiting
from apps.teams.models import Agent, MemberSkill, PresenceState, Queue, RoutingMode
from apps.teams.schedules import WITH_HOURS, hours_of_queues
from apps.teams.services import team_settings

BATCH = 200
_NEVER = datetime.min.replace(tzinfo=UTC)


class Given(Enum):
    YES = "yes"
    GONE = "the conversation waits no more"
    UNFIT = "the agent may not take it any more"


@dataclass(slots=True)
class Candidate:
    """An agent as the snapshot saw them."""

    membership_id: UUID
    room: int
    load: int
    last_given: datetime
    skills: dict[UUID, int] = field(default_factory=dict)


class Roster:
    """Who is online with room, and whom each queue allows. A constant number of queries."""

    def __init__(self, queues: Iterable[Queue]) -> None:
        self.candidates = {row.membership_id: row for row in _candidates() if row.room > 0}
        for known in MemberSkill.objects.filter(membership__in=self.candidates):
            self.candidates[known.membership_id].skills[known.skill_id] = known.level
        self.allowed = {queue.pk: self._allowed(queue) for queue in queues}

    def _allowed(self, queue: Queue) -> list[UUID]:
        named = queue.members.all() or queue.department.members.all()
        needs = {need.skill_id: need.minimum for need in queue.required_skills.all()}
        return [
            member.pk
            for member in named
            if (candidate := self.candidates.get(member.pk)) is not None and turns.knows(candidate.skills, needs)
        ]

    def best(self, queue: Queue) -> Candidate | None:
        free = [self.candidates[pk] for pk in self.allowed[queue.pk] if pk in self.candidates]
        needs = [need.skill_id for need in queue.required_skills.all()]
        return min(free, key=lambda candidate: turns.rank(queue.mode, needs, candidate), default=None)

    def took(self, candidate: Candidate) -> None:
        candidate.load, candidate.room, candidate.last_given = candidate.load + 1, candidate.room - 1, now()
        if candidate.room <= 0:
            self.drop(candidate)

    def drop(self, candidate: Candidate) -> None:
        self.candidates.pop(candidate.membership_id, None)


def _candidates() -> list[Candidate]:
    default = team_settings().capacity
    load = Count("membership__conversations", filter=Q(membership__conversations__state=State.OPEN))
    rows = Agent.objects.filter(
        presence=PresenceState.ONLINE, membership__is_active=True, membership__role__in=roles_with(Perm.REPLY)
    ).annotate(load=load)
    return [
        Candidate(row.membership_id, (row.capacity or default) - row.load, row.load, row.last_given_at or _NEVER)
        for row in rows
    ]


def distribute() -> int:
    """Of all companies in which something waits in an automatic queue; returns how many were given."""
    with platform_scope(reason="one wake-up looks at the automatic queues of all tenants"):
        automatic = Queue.objects.filter(is_active=True).exclude(mode=RoutingMode.MANUAL)
        companies = set(
            automatic.filter(conversations__state=State.QUEUED).values_list("organization_id", flat=True).distinct()
        )
    total = 0
    for company in companies:
        with tenant_scope(company):
            total += distribute_here()
    return total


def distribute_here() -> int:
    """Give what waits in the open automatic queues of the tenant in scope, until nobody is free."""
    queues = _automatic_queues()
    roster = Roster(queues)
    given = 0
    served = {queue.pk: queue for queue in queues if roster.best(queue) is not None}
    for conversation_id, queue_id in waiting.upcoming(list(served.values()), BATCH):
        given += _give_to_best(conversation_id, served[queue_id], roster)
    return given


def _automatic_queues() -> list[Queue]:
    rows = Queue.objects.filter(is_active=True).exclude(mode=RoutingMode.MANUAL).select_related(*WITH_HOURS)
    queues = list(rows.prefetch_related("members", "department__members", "required_skills"))
    hours, moment = hours_of_queues(queues), now()
    return [queue for queue in queues if hours[queue.pk].is_open(moment)]


def _give_to_best(conversation_id: UUID, queue: Queue, roster: Roster) -> int:
    while (candidate := roster.best(queue)) is not None:
        outcome = hand_over(conversation_id, queue, candidate.membership_id)
        if outcome is Given.YES:
            roster.took(candidate)
            return 1
        if outcome is Given.GONE:
            return 0
        roster.drop(candidate)
    return 0


@transaction.atomic
def hand_over(conversation_id: UUID, queue: Queue, membership_id: UUID) -> Given:
    """Give one waiting conversation to one agent, if both are still what the snapshot saw."""
    member = rules.locked_member(membership_id)
    if not _is_fit(member, queue):
        return Given.UNFIT
    conversation = waiting.claim([conversation_id], [queue])
    if conversation is None:
        return Given.GONE
    services.give(conversation, member, actor=None, event="assigned", reason=queue.mode)
    Agent.objects.filter(membership=member).update(last_given_at=now())
    return Given.YES


def _is_fit(member: Membership, queue: Queue) -> bool:
    if not has_perm(member, Perm.REPLY):
        return False
    found = rules.standing(member)
    return found.presence == PresenceState.ONLINE and found.has_room and rules.may_take(member, queue.pk)
