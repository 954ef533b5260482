"""What the clock does to conversations: overflow by waiting time, back to the queue when an agent stays away, alarms of
SLA clocks."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.conversations.models import Conversation, Direction, State
from apps.core.clock import now
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.routing import alarms, services
from apps.routing.models import SlaClock
from apps.routing.places import Overflow, Place, queues_of
from apps.teams.models import Agent, PresenceState, Queue
from apps.teams.schedules import WITH_HOURS, hours_of
from apps.teams.services import team_settings

BATCH = 500


def sweep() -> int:
    """Of all companies where there may be something to do; returns how many conversations moved or rang."""
    with platform_scope(reason="the clock passes for all tenants; each is then entered"):
        timed = Queue.objects.filter(is_active=True, overflow_minutes__isnull=False, conversations__state=State.QUEUED)
        absent = Agent.objects.filter(presence=PresenceState.OFFLINE, membership__conversations__state=State.OPEN)
        ringing = SlaClock.objects.filter(alarm_at__lte=now())
        companies = {*_owners(timed), *_owners(absent), *_owners(ringing)}
    moved = 0
    for company in companies:
        with tenant_scope(company):
            moved += overflow_by_time() + requeue_of_absent() + alarms.ring()
    return moved


def _owners(rows: Any) -> set[UUID]:
    return set(rows.values_list("organization_id", flat=True).distinct())


def overflow_by_time() -> int:
    """Who waited longer than their queue allows, in business time, goes on to its overflow queue."""
    queues = Queue.objects.filter(is_active=True, overflow_minutes__isnull=False, overflow_queue__is_active=True)
    return sum(_overflow(queue) for queue in queues.select_related(*WITH_HOURS, "overflow_queue__department"))


@transaction.atomic
def _overflow(queue: Queue) -> int:
    limit, hours, moment = (queue.overflow_minutes or 0) * 60, hours_of(queue), now()
    rows = (
        Conversation.objects.waiting()
        .filter(queue=queue, queued_at__lte=moment - timedelta(seconds=limit))
        .order_by("queued_at", "pk")
        .select_related("contact", "number")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    late = [row for row in rows if row.queued_at and hours.business_seconds(row.queued_at, moment) >= limit]
    if not late:
        return 0
    chain = Overflow([queue])
    moved = [(row, place) for row in late if (place := chain.beyond(queue, "overflow_time")) is not None]
    services.enqueue_all(moved)
    return len(moved)


def requeue_of_absent() -> int:
    """Open conversations whose customer waits for an answer, and whose agent has been offline too long, go back."""
    minutes = team_settings().requeue_minutes
    if minutes is None:
        return 0
    gone = Agent.objects.filter(
        presence=PresenceState.OFFLINE, presence_changed_at__lte=now() - timedelta(minutes=minutes)
    )
    return _requeue(gone.values("membership"))


@transaction.atomic
def _requeue(members: Any) -> int:
    rows = list(
        Conversation.objects.filter(state=State.OPEN, last_direction=Direction.IN, assignee__in=members)
        .order_by("pk")
        .select_related("contact", "number", "queue__department")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    homes = queues_of({row.number_id for row in rows if row.queue is None or not row.queue.is_active})
    placed = [
        (row, Place(row.queue if row.queue and row.queue.is_active else homes[row.number_id], "offline"))
        for row in rows
    ]
    services.enqueue_all(placed)
    return len(placed)
