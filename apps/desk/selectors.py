"""Numbers of an agent's day."""

from datetime import datetime, time
from typing import Any

from django.db.models import Avg, Count, F, Min, Q, QuerySet
from django.utils import timezone

from apps.conversations.models import Conversation, State
from apps.organizations.models import Membership
from apps.routing import alerts
from apps.teams.models import Queue

RISKS_SHOWN, RISKS_COUNTED = 5, 100


def _midnight() -> datetime:
    """Today's beginning in the organisation's time zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate(), time.min))


def my_day(membership: Membership) -> dict[str, Any]:
    """What waits, what is mine, and what I did today; a constant number of queries."""
    mine = Conversation.objects.mine(membership)
    today = Conversation.objects.filter(assignee=membership, closed_at__gte=_midnight())
    at_risk = alerts.at_risk_of(membership, RISKS_COUNTED)
    return {
        "queues": queues_of(membership),
        "held": mine.filter(state=State.OPEN).count(),
        "unread": mine.filter(unread_count__gt=0).count(),
        "done": today.aggregate(number=Count("pk"), mean=Avg(F("closed_at") - F("assigned_at"))),
        "risk_count": f"{RISKS_COUNTED - 1}+" if len(at_risk) >= RISKS_COUNTED else len(at_risk),
        "at_risk": at_risk[:RISKS_SHOWN],
        "newest": mine.for_rows().order_by("-last_message_at")[:5],
    }


def queues_of(membership: Membership) -> "QuerySet[Queue]":
    """Queues that the member serves with `waiting`, `at_risk` (of them, by SLA) and `oldest`."""
    waiting = Q(conversations__state=State.QUEUED)
    at_risk = waiting & Q(conversations__sla_state__in=alerts.OPEN)
    ids = list(Queue.objects.of_member(membership).values_list("pk", flat=True))
    return (
        Queue.objects.filter(pk__in=ids)
        .select_related("department")
        .annotate(
            waiting=Count("conversations", filter=waiting),
            at_risk=Count("conversations", filter=at_risk),
            oldest=Min("conversations__queued_at", filter=waiting),
        )
        .order_by("priority", "name")
    )
