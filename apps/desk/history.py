"""Reads of what is over: keyset pages and totals, each a constant number of queries."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Ending, Handling, Message, State, Survey
from apps.core.pagination import Page, keyset
from apps.core.periods import Period
from apps.organizations.models import Membership

PAGE = 20
LINES = 100
FOUND = 500


def closed_page(
    membership: Membership, period: Period, *, everybody: bool, words: str, after: str
) -> Page[Conversation]:
    """Closed conversations of a period that this member may see, the last closed first."""
    rows = Conversation.objects.filter(state=State.CLOSED, closed_at__gte=period.begins_at).visible_to(membership)
    if not everybody:
        rows = rows.filter(assignee=membership)
    if words:
        # As a list: with a subquery the database walks all closed conversations when few contacts match.
        contacts = Contact.objects.matching(words).order_by().values_list("pk", flat=True)[:FOUND]
        rows = rows.filter(contact__in=list(contacts))
    return keyset(rows.for_rows(), ("-closed_at", "-id"), after, PAGE, parse=(datetime.fromisoformat, uuid.UUID))


def lines_page(conversation: Conversation, *, before: str) -> Page[Message]:
    """The newest lines of one conversation, newest first."""
    lines = Message.objects.in_thread().filter(conversation=conversation)
    return keyset(lines.for_thread(), ("-id",), before, LINES, parse=(uuid.UUID,))


def handlings_of(conversation: Conversation) -> "QuerySet[Handling]":
    return Handling.objects.filter(conversation=conversation).select_related("agent__user").order_by("started_at")


def completed_page(membership: Membership, period: Period, *, ending: str, after: str) -> Page[Handling]:
    """What this agent finished in a period, the last first."""
    rows = _finished(membership, period).select_related(
        "conversation__contact", "conversation__queue", "conversation__survey"
    )
    if ending:
        rows = rows.filter(ending=ending)
    return keyset(rows, ("-ended_at", "-id"), after, PAGE, parse=(datetime.fromisoformat, uuid.UUID))


def totals(membership: Membership, period: Period) -> dict[str, Any]:
    """How many were resolved and transferred, the mean time with one, and the customers' mean rating."""
    done = _finished(membership, period).aggregate(
        resolved=Count("pk", filter=Q(ending=Ending.RESOLVED)),
        transferred=Count("pk", filter=Q(ending=Ending.TRANSFERRED)),
        handling=Avg(F("ended_at") - F("started_at")),
    )
    rated = Survey.objects.filter(agent=membership, answered_at__gte=period.begins_at, score__isnull=False)
    return {**done, **rated.aggregate(rating=Avg("score"))}


def _finished(membership: Membership, period: Period) -> Any:
    return Handling.objects.done().filter(agent=membership, ended_at__gte=period.begins_at)
