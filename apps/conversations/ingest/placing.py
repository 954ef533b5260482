"""Conversations of incoming messages: found or begun, and moved up in the lists."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from apps.conversations.ingest.incoming import Incoming
from apps.conversations.models import Conversation, Message, MessageKind, State
from apps.conversations.previews import preview
from apps.core.clock import now
from apps.organizations.tenancy import current_organization_id

_Pair = tuple[UUID, UUID]


def place(items: list[Incoming]) -> list[Incoming]:
    """Give every item its live conversation, locked, or begin one in memory (`settle` inserts it).

    What begins nothing of its own (a reaction, a change of number, history) stays with the newest conversation.
    """
    found = _live(items)
    begun: dict[_Pair, Conversation] = {}
    for item in sorted(items, key=lambda item: not _begins(item)):
        pair = _pair(item)
        if pair in found:
            continue
        newest = None if _begins(item) else _newest(pair)
        found[pair] = newest or begun.setdefault(pair, _begin(item))
    for item in items:
        item.conversation = found[_pair(item)]
    return items


def _begins(item: Incoming) -> bool:
    return item.counts_as_contact or (item.outgoing and not item.is_history)


def _newest(pair: _Pair) -> Conversation | None:
    number_id, contact_id = pair
    return Conversation.objects.filter(number=number_id, contact=contact_id).order_by("-id").first()


def _pair(item: Incoming) -> _Pair:
    assert item.contact is not None
    return item.number.pk, item.contact.pk


def _live(items: list[Incoming]) -> dict[_Pair, Conversation]:
    rows = (
        Conversation.objects.live()
        .filter(number__in={item.number.pk for item in items}, contact__in={item.contact for item in items})
        .select_for_update()
        .order_by("pk")
    )
    return {(row.number_id, row.contact_id): row for row in rows}


def _begin(item: Incoming) -> Conversation:
    """A conversation that the business began on its own phone is open; history and a mere change of number are over;
    the rest waits."""
    state = State.OPEN if item.outgoing else State.QUEUED
    is_over = not _begins(item)
    return Conversation(
        organization_id=current_organization_id(),
        contact=item.contact,
        number=item.number,
        state=State.CLOSED if is_over else state,
        closed_at=item.parsed.timestamp if is_over else None,
        last_message_at=item.parsed.timestamp,
    )


@dataclass(slots=True)
class _Bump:
    """What a batch adds to one conversation."""

    conversation: Conversation
    unread: int = 0
    window: datetime | None = None
    last: Message | None = None

    def add(self, item: Incoming) -> None:
        if item.counts_as_contact:
            self.unread += 1
            expires = Conversation.window_after(min(item.parsed.timestamp, now()))
            self.window = max(self.window or expires, expires)
        if not item.is_amendment and item.kind != MessageKind.SYSTEM:
            self.last = item.row

    def begin(self) -> Conversation:
        """The new conversation as it is inserted."""
        begun, last = self.conversation, self.last
        begun.unread_count, begun.window_expires_at = self.unread, self.window
        if last is not None:
            begun.last_message_id, begun.last_message_at = last.pk, last.occurred_at
            begun.last_preview, begun.last_kind = preview(last), last.kind
            begun.last_direction, begun.last_status = last.direction, last.status
        return begun

    def columns(self) -> tuple[object, ...]:
        last = self.last
        assert last is not None
        head = (self.conversation.pk, self.unread, self.window, last.pk, preview(last))
        return (*head, last.kind, last.direction, last.status, last.occurred_at)


_BUMP = """
UPDATE conversations_conversation AS c SET
  version = c.version + 1,
  unread_count = c.unread_count + v.unread,
  window_expires_at = GREATEST(c.window_expires_at, v.window_expires_at),
  last_message_id = CASE WHEN v.at >= c.last_message_at THEN v.message ELSE c.last_message_id END,
  last_preview = CASE WHEN v.at >= c.last_message_at THEN v.preview ELSE c.last_preview END,
  last_kind = CASE WHEN v.at >= c.last_message_at THEN v.kind ELSE c.last_kind END,
  last_direction = CASE WHEN v.at >= c.last_message_at THEN v.direction ELSE c.last_direction END,
  last_status = CASE WHEN v.at >= c.last_message_at THEN v.status ELSE c.last_status END,
  last_message_at = GREATEST(c.last_message_at, v.at)
FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[])
  AS v(id, unread, window_expires_at, message, preview, kind, direction, status, at)
WHERE c.id = v.id AND c.organization_id = %s
"""


def settle(items: list[Incoming]) -> None:
    """Insert what begins; one UPDATE for the rest: newest message, unread count, window, version."""
    bumps: dict[UUID, _Bump] = {}
    for item in items:
        assert item.conversation is not None
        bumps.setdefault(item.conversation.pk, _Bump(item.conversation)).add(item)
    begun = [found.begin() for found in bumps.values() if found.conversation._state.adding]
    rows = [found.columns() for found in bumps.values() if found.last and not found.conversation._state.adding]
    Conversation.objects.bulk_create(begun)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_BUMP, [*map(list, zip(*rows, strict=True)), current_organization_id()])
