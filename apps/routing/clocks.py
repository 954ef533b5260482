"""SLA clocks of conversations: written set by set when customers write, people answer, and conversations move.

Every conversation given here is locked, or was begun in this transaction. Where nothing is promised, and nothing was,
this costs no query.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from apps.conversations import badges
from apps.conversations.handlers import Arrived
from apps.conversations.models import Conversation, Direction, Message, State
from apps.core.clock import now
from apps.organizations.tenancy import current_organization_id
from apps.routing import clockwork
from apps.routing.clockwork import Step
from apps.routing.models import ClockKind, ClockState, SlaClock
from apps.teams.models import Queue
from apps.teams.schedules import WITH_HOURS, hours_of_queues

# Being assigned, pulled or just placed changes no clock; `routing.services` tells of arrivals and of who woke up.
_MOVES = {"queued", "snoozed", "woken", "returned", "closed", "reopened", "merged"}
_MAY_BEGIN = {"queued", "reopened", "merged"}
_COLUMNS = {
    "id": "uuid",
    "queue_id": "uuid",
    "state": "text",
    "target_seconds": "int",
    "warning_percent": "smallint",
    "spent_seconds": "float8",
    "running_since": "timestamptz",
    "waits_for_customer": "bool",
    "warn_at": "timestamptz",
    "due_at": "timestamptz",
    "alarm_at": "timestamptz",
    "warned_at": "timestamptz",
    "breached_at": "timestamptz",
    "alerted_at": "timestamptz",
    "ended_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class News:
    """What a step brings besides the state in which the conversations are."""

    wrote_at: Mapping[UUID, datetime]
    has_answer: bool = False
    reopened: frozenset[UUID] = frozenset()


_NOTHING = News({})


def wrote(arrived: Iterable[Arrived]) -> None:
    """Customers wrote, and who had no queue has one now. One that is not measured yet, and came to its queue before,
    begins nothing: its queue promised nothing then, and a review comes when that changes."""
    moment = now()
    found = {
        item.conversation: min(item.messages[0].occurred_at, moment) if item.messages else moment
        for item in arrived
        if item.conversation.sla_state or _has_just_come_to_promises(item.conversation)
    }
    settle(list(found), News({conversation.pk: at for conversation, at in found.items()}))


def answered(conversations: Iterable[Conversation]) -> None:
    """A person answered."""
    settle([row for row in conversations if row.sla_state], News({}, has_answer=True))


def followed(lines: Iterable[Message]) -> None:
    """Conversations moved, as these lines tell."""
    told = {line.conversation: str(line.payload.get("event")) for line in lines if _is_move(line)}
    reopened = frozenset(row.pk for row, event in told.items() if event == "reopened")
    may_begin = [row for row, event in told.items() if event in _MAY_BEGIN and row.is_live and not row.sla_state]
    measured = [row for row in told if row.sla_state]
    settle([*measured, *filter(_is_promised, may_begin)], News({}, reopened=reopened))


def _is_move(line: Message) -> bool:
    event = line.payload.get("event")
    return event in _MOVES and (event, line.payload.get("reason")) != ("queued", "number")


def _has_just_come_to_promises(conversation: Conversation) -> bool:
    return Conversation.queue.is_cached(conversation) and _is_promised(conversation)


def _is_promised(conversation: Conversation) -> bool:
    return conversation.queue is not None and conversation.queue.sla_policy_id is not None


def settle(conversations: Sequence[Conversation], news: News = _NOTHING) -> None:
    """Bring the clocks of all of them to this moment: a constant number of statements, however many they are."""
    if not conversations:
        return
    clocks = _clocks_of(conversations, news)
    before = {clock.pk: _values(clock) for rows in clocks.values() for clock in rows}
    book = Book({row.queue_id for row in conversations} | {row.queue_id for rows in clocks.values() for row in rows})
    moment, begun, shown = now(), [], []
    for row in conversations:
        terms = clockwork.terms_of(book.queues.get(row.queue_id) if row.queue_id and row.is_live else None)
        for clock in clocks[row.pk]:
            if clock.ended_at is not None:
                clockwork.revive(clock)
        fresh = clockwork.advance(clocks[row.pk], _step(row, moment, news), terms, book.hours)
        begun += fresh
        shown.append((row, clockwork.shown([*clocks[row.pk], *fresh], terms)))
    SlaClock.objects.bulk_create(begun)
    write(clock for rows in clocks.values() for clock in rows if before[clock.pk] != _values(clock))
    badges.show(shown)


def _step(row: Conversation, moment: datetime, news: News) -> Step:
    return Step(
        row,
        moment,
        is_live=row.is_live,
        is_asleep=row.state == State.SNOOZED,
        wrote_at=news.wrote_at.get(row.pk),
        has_answer=news.has_answer,
        begins=not row.sla_state,
        was_answered=row.first_answered_at is not None,
        waits=row.unread_count > 0 or row.last_direction == Direction.IN,
    )


class Book:
    """Queues with their policies and hours: two queries for any number of them."""

    def __init__(self, queue_ids: Iterable[UUID | None]) -> None:
        rows = Queue.objects.filter(pk__in=[pk for pk in queue_ids if pk]).select_related("sla_policy", *WITH_HOURS)
        self.queues = {queue.pk: queue for queue in rows}
        self.hours = hours_of_queues(self.queues.values())


def _clocks_of(conversations: Sequence[Conversation], news: News) -> dict[UUID, list[SlaClock]]:
    """The open ones; of the reopened, those that ended when they were closed."""
    found: dict[UUID, list[SlaClock]] = defaultdict(list)
    measured = [row.pk for row in conversations if row.sla_state]
    rows = list(SlaClock.objects.open().filter(conversation__in=measured)) if measured else []
    for clock in [*rows, *(_ended_by_closing(news.reopened) if news.reopened else ())]:
        found[clock.conversation_id].append(clock)
    return found


def _ended_by_closing(conversation_ids: Collection[UUID]) -> list[SlaClock]:
    over = SlaClock.objects.filter(conversation__in=conversation_ids, ended_at__isnull=False)
    last = dict(over.order_by().values_list("conversation").annotate(last=Max("ended_at")))
    return [
        clock
        for clock in over.filter(ended_at__in=last.values())
        if clock.ended_at == last[clock.conversation_id]
        and (clock.kind == ClockKind.RESOLUTION or clock.state == ClockState.DROPPED)
    ]


def _values(clock: SlaClock) -> tuple[Any, ...]:
    return tuple(getattr(clock, name) for name in _COLUMNS)


def write(clocks: Iterable[SlaClock]) -> None:
    """Store changed clocks in one statement."""
    rows = [_values(clock) for clock in clocks]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_update(), [*map(list, zip(*rows, strict=True)), current_organization_id()])


@cache
def _update() -> str:
    names = [name for name in _COLUMNS if name != "id"]
    values = ", ".join(f"{name} = v.{name}" for name in names)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
    return (
        f"UPDATE routing_slaclock AS c SET {values} FROM unnest({arrays}) AS v({', '.join(_COLUMNS)}) "  # noqa: S608
        "WHERE c.id = v.id AND c.organization_id = %s"
    )
