"""Who may take from which queue: allowed agents → skills → hours → capacity."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.conversations.models import Conversation, State
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.teams.models import Agent, Queue
from apps.teams.models.queue import QueueQuerySet
from apps.teams.schedules import TIMED, WITH_HOURS, hours_of_queues
from apps.teams.services import team_settings


@dataclass(frozen=True, slots=True)
class Served:
    """As much of a queue as serving it takes."""

    pk: UUID
    priority: int


def locked_member(membership_id: UUID) -> Membership:
    """The member as stored, locked until the transaction ends: whatever is given to one agent is given one after the
    other, and a deactivation waits until it can see it. Whoever holds this lock never waits for a conversation."""
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organization")
    return rows.get(pk=membership_id)


def takeable(membership: Membership) -> QueueQuerySet:
    """Queues from which the member may take: those they serve (all, for those who see everything), if they have
    every required skill."""
    if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS):
        return Queue.objects.filter(is_active=True).within_skills_of(membership)
    return Queue.objects.for_member(membership)


def open_queues(membership: Membership) -> list[Served]:
    """Of `takeable`, those that are open now; raises ValidationError when there are some and all are closed. Only
    queues with hours or holidays are loaded whole."""
    rows = list(takeable(membership).order_by().values_list("pk", "priority", *TIMED))
    timed = Queue.objects.filter(pk__in=[pk for pk, _priority, *keys in rows if any(keys)]).select_related(*WITH_HOURS)
    hours, moment = hours_of_queues(timed) if any(any(keys) for _pk, _priority, *keys in rows) else {}, now()
    found = [Served(pk, priority) for pk, priority, *_keys in rows if pk not in hours or hours[pk].is_open(moment)]
    if rows and not found:
        raise ValidationError(_("Your queues are closed now. To answer anyway, open a waiting conversation."))
    return found


def require_room(membership: Membership) -> None:
    """Raises ValidationError when the locked member holds as many open conversations as they can."""
    capacity = capacity_of(membership)
    if open_now(membership) >= capacity:
        told = {"name": membership.name, "capacity": capacity}
        raise ValidationError(
            _("%(name)s already has %(capacity)s open conversations, the most possible. Close or pass one on first.")
            % told
        )


def capacity_of(membership: Membership) -> int:
    own = Agent.objects.filter(membership=membership).values_list("capacity", flat=True).first()
    return own or team_settings().capacity


def open_now(membership: Membership) -> int:
    return Conversation.objects.filter(assignee=membership, state=State.OPEN).count()
