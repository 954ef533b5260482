"""Who may take from which queue: allowed agents → skills → hours → capacity."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.conversations.models import Conversation, State
from apps.core.clock import now
from apps.core.compiled import Compiled, CompiledModel
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.tenancy import current_organization_id, tenant_scope
from apps.teams.models import Queue, TeamSettings
from apps.teams.models.agent import DEFAULT_CAPACITY
from apps.teams.models.queue import QueueQuerySet
from apps.teams.schedules import TIMED, WITH_HOURS, hours_of_queues


@dataclass(frozen=True, slots=True)
class Served:
    """As much of a queue as serving it takes."""

    pk: UUID
    priority: int


def locked_member(membership_id: UUID) -> Membership:
    """The member as stored, locked until the transaction ends: whatever is given to one agent is given one after the
    other, and a deactivation waits until it can see it. Whoever holds this lock never waits for a conversation."""
    return _locked.get(current_organization_id(), membership_id)


def _to_lock(organization: UUID, member: UUID) -> QuerySet[Membership]:
    with tenant_scope(organization):
        rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organization")
        return rows.filter(pk=member)


_locked = CompiledModel(2, _to_lock)


def takeable(membership: Membership) -> QueueQuerySet:
    """Queues from which the member may take: those they serve (all, for those who see everything), if they have
    every required skill."""
    if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS):
        return _known_by(membership.pk)
    return Queue.objects.for_member(membership)


def _known_by(member: UUID) -> QueueQuerySet:
    return Queue.objects.filter(is_active=True).within_skills_of(member)


def _served_rows(organization: UUID, member: UUID) -> Any:
    with tenant_scope(organization):
        return Queue.objects.for_member(member).order_by().values_list("pk", "priority", *TIMED)


def _known_rows(organization: UUID, member: UUID) -> Any:
    with tenant_scope(organization):
        return _known_by(member).order_by().values_list("pk", "priority", *TIMED)


_served, _known = Compiled(2, _served_rows), Compiled(2, _known_rows)


def open_queues(membership: Membership) -> list[Served]:
    """Of `takeable`, those that are open now; raises ValidationError when there are some and all are closed. Only
    queues with hours or holidays are loaded whole."""
    find = _known if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS) else _served
    rows = find(membership.organization_id, membership.pk)
    timed = [pk for pk, _priority, *keys in rows if any(keys)]
    hours = hours_of_queues(Queue.objects.filter(pk__in=timed).select_related(*WITH_HOURS)) if timed else {}
    moment = now()
    found = [Served(pk, priority) for pk, priority, *_keys in rows if pk not in hours or hours[pk].is_open(moment)]
    if rows and not found:
        raise ValidationError(_("Your queues are closed now. To answer anyway, open a waiting conversation."))
    return found


def may_take(membership: Membership, queue: UUID) -> bool:
    """Whether automatic assignment may give the member what waits in this queue."""
    return any(row[0] == queue for row in _served(membership.organization_id, membership.pk))


def _standing_row(organization: UUID, member: UUID) -> Any:
    with tenant_scope(organization):
        held = Conversation.objects.filter(assignee=OuterRef("pk"), state=State.OPEN).order_by().values("assignee")
        return Membership.objects.filter(pk=member).values_list(
            "agent__presence",
            Coalesce("agent__capacity", Subquery(TeamSettings.objects.values("capacity")[:1]), DEFAULT_CAPACITY),
            Coalesce(Subquery(held.annotate(number=Count("pk")).values("number")), 0),
        )


_standing = Compiled(2, _standing_row)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a member is there, how many open conversations they may hold, and how many they do."""

    presence: str | None
    capacity: int
    held: int

    @property
    def has_room(self) -> bool:
        return self.held < self.capacity


def standing(membership: Membership) -> Standing:
    """As it is now: to be asked under the member's lock."""
    return Standing(*_standing(membership.organization_id, membership.pk)[0])


def require_room(membership: Membership) -> None:
    """Raises ValidationError when the locked member holds as many open conversations as they can."""
    found = standing(membership)
    if not found.has_room:
        told = {"name": membership.name, "capacity": found.capacity}
        raise ValidationError(
            _("%(name)s already has %(capacity)s open conversations, the most possible. Close or pass one on first.")
            % told
        )
