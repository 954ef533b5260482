"""The clock's alarms: warnings and breaches, each told once, whoever else sweeps at the same time.

A conversation is locked before its clocks are looked at, as everywhere; one that somebody else holds is left for the
next sweep. The alarm is taken off the clock in the transaction that tells of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from apps.conversations import badges, live
from apps.conversations.models import Conversation, Message
from apps.conversations.services import event_line, record_events
from apps.core.clock import now
from apps.organizations.models import Membership, Organization
from apps.organizations.permissions import Role
from apps.organizations.tenancy import current_organization_id
from apps.routing import clocks, clockwork, kinds
from apps.routing.models import ClockState, SlaClock

BATCH = 200
BATCHES = 20
MOST_SINGLE = 5  # alarms of one batch that one person is told of one by one
_EVENTS = {ClockState.RISK: "sla_warning", ClockState.BREACHED: "sla_breach"}
_LEADERS = (Role.SUPERVISOR, Role.ADMIN, Role.OWNER)
_DUE = """
SELECT c.id FROM routing_slaclock AS k
JOIN conversations_conversation AS c ON c.id = k.conversation_id
WHERE k.alarm_at <= %s AND k.organization_id = %s
ORDER BY k.alarm_at LIMIT %s
FOR NO KEY UPDATE OF c SKIP LOCKED
"""


def ring() -> int:
    """All alarms of the tenant in scope that are due; returns how many clocks warned or were breached."""
    total = 0
    for _batch in range(BATCHES):
        rung = _ring_some()
        total += rung
        if not rung:
            break
    return total


@transaction.atomic
def _ring_some() -> int:
    moment = now()
    ids = _claim(moment)
    if not ids:
        return 0
    rows = Conversation.objects.filter(pk__in=ids).select_related("contact", "number", "assignee__user", "queue")
    conversations = {row.pk: row for row in rows}
    open_clocks: dict[UUID, list[SlaClock]] = defaultdict(list)
    for clock in SlaClock.objects.open().filter(conversation__in=ids).select_related("queue"):
        clock.conversation = conversations[clock.conversation_id]
        open_clocks[clock.conversation_id].append(clock)
    every = [clock for found in open_clocks.values() for clock in found]
    rung = [clock for clock in every if clockwork.ring(clock, moment) is not None]
    clocks.write(rung)
    _show(list(conversations.values()), open_clocks)
    if rung:
        record_events([_line(clock) for clock in rung])
        _tell(rung)
    return len(rung)


def _claim(moment: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [moment, current_organization_id(), BATCH])
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def _show(conversations: list[Conversation], open_clocks: dict[UUID, list[SlaClock]]) -> None:
    book = clocks.Book(row.queue_id for row in conversations)
    shown = []
    for row in conversations:
        terms = clockwork.terms_of(book.queues.get(row.queue_id) if row.queue_id else None)
        shown.append((row, clockwork.shown(open_clocks[row.pk], terms)))
    badges.show(shown)
    live.push_rows(conversations)


def _line(clock: SlaClock) -> Message:
    return event_line(
        clock.conversation,
        _EVENTS[ClockState(clock.state)],
        kind=clock.kind,
        due=clock.due_at.isoformat() if clock.due_at else "",
        queue=clock.queue.name,
        percent=clock.warning_percent,
    )


def _tell(rung: Sequence[SlaClock]) -> None:
    """Whoever holds the conversation; whoever leads the queue's department, when nobody does, and at every breach."""
    organization = Organization.objects.get(pk=current_organization_id())
    leaders = Leaders()
    told: dict[Membership, list[SlaClock]] = defaultdict(list)
    for clock in rung:
        for person in _audience(clock, leaders):
            told[person].append(clock)
    alone: dict[SlaClock, list[Membership]] = defaultdict(list)
    for person, theirs in told.items():
        if len(theirs) > MOST_SINGLE and person.role in _LEADERS:
            breached = sum(clock.state == ClockState.BREACHED for clock in theirs)
            kinds.tell_many([person], organization, len(theirs) - breached, breached)
            continue
        for clock in theirs:
            alone[clock].append(person)
    for clock, people in alone.items():
        kinds.tell_alarm(clock, people, organization, _clock_time(clock, organization))


def _audience(clock: SlaClock, leaders: "Leaders") -> list[Membership]:
    holder = clock.conversation.assignee
    people = [holder] if holder is not None else []
    if holder is None or clock.state == ClockState.BREACHED:
        people += [leader for leader in leaders.of(clock.queue.department_id) if leader != holder]
    return people


def _clock_time(clock: SlaClock, organization: Organization) -> str:
    if clock.due_at is None:
        return ""
    zone = ZoneInfo(organization.time_zone)
    with override(organization.language):
        return date_format(timezone.localtime(clock.due_at, zone), "SHORT_DATETIME_FORMAT")


class Leaders:
    """Who is told about a department: its own supervisors, else all of them, else administrators and owners."""

    def __init__(self) -> None:
        rows = Membership.objects.filter(is_active=True, role__in=_LEADERS).select_related("user")
        self.all = list(rows.prefetch_related("departments"))
        self.supervisors = [row for row in self.all if row.role == Role.SUPERVISOR]

    def of(self, department_id: UUID) -> list[Membership]:
        own = [row for row in self.supervisors if any(each.pk == department_id for each in row.departments.all())]
        return own or self.supervisors or self.all
