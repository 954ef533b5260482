"""Reads of SLA alerts: clocks that warned or were breached. Keyset pages and bounded counts, each from an index."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.conversations.models import Conversation
from apps.core.pagination import Page, keyset, moment
from apps.organizations.models import Membership
from apps.routing.models import ClockKind, ClockState, SlaClock
from apps.teams.models import Queue

PAGE = 30
MOST_COUNTED = 100
OPEN = (ClockState.RISK, ClockState.BREACHED)
STATES = (*OPEN, ClockState.MET, ClockState.LATE, ClockState.DROPPED)
_SHOWN = ("conversation__contact", "conversation__assignee__user", "queue")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is asked for; an empty field filters nothing. Open alerts of before `since` count as well."""

    since: datetime
    queue: UUID | None = None
    kind: str = ""
    state: str = ""

    @property
    def conditions(self) -> dict[str, object]:
        chosen = {"queue": self.queue, "kind": self.kind, "state": self.state}
        found: dict[str, object] = {name: value for name, value in chosen.items() if value}
        if self.state in OPEN:
            return found | {"ended_at": None}
        return found | {"alerted_at__gte": self.since}


def page_of(wanted: Wanted, after: str) -> Page[SlaClock]:
    """The newest alerts first."""
    rows = SlaClock.objects.alerts().filter(**wanted.conditions).select_related(*_SHOWN)
    return keyset(rows, ("-alerted_at", "-id"), after, PAGE, parse=(moment, UUID))


def open_counts() -> dict[str, str]:
    """How many are at risk and how many breached now, counted no further than a hundred."""
    return {str(state): _bounded(state) for state in OPEN}


def _bounded(state: ClockState) -> str:
    number = SlaClock.objects.alerts().open().filter(state=state)[:MOST_COUNTED].count()
    return f"{MOST_COUNTED - 1}+" if number >= MOST_COUNTED else str(number)


def kind_or_any(text: str) -> str:
    return text if text in ClockKind.values else ""


def state_or_any(text: str) -> str:
    return text if text in STATES else ""


def at_risk_of(membership: Membership, most: int) -> list[Conversation]:
    """What the member holds that is at risk or breached, the most urgent first."""
    rows = Conversation.objects.mine(membership).filter(sla_state__in=OPEN)
    return list(rows.select_related("contact").order_by("sla_due_at", "pk")[:most])


def queue_or_any(text: str) -> UUID | None:
    """A queue of the tenant in scope; None for anything else."""
    try:
        return Queue.objects.filter(pk=UUID(text)).values_list("pk", flat=True).first()
    except ValueError:
        return None
