"""Conversations of incoming messages: found or begun, and moved up in the lists."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.conversations.ingest.incoming import Incoming
from apps.conversations.models import Conversation, Message, MessageKind, State
from apps.conversations.newest import Newest, move_up
from apps.conversations.previews import preview
from apps.core.clock import now
from apps.core.compiled import CompiledModel
from apps.organizations.tenancy import current_organization_id, tenant_scope

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


def _to_lock(organization: UUID, number: UUID, contact: UUID) -> "QuerySet[Conversation]":
    with tenant_scope(organization):
        rows = Conversation.objects.live().filter(number__in=[number], contact__in=[contact])
        return rows.select_for_update().order_by("pk")


_live_rows = CompiledModel(3, _to_lock)


def _live(items: list[Incoming]) -> dict[_Pair, Conversation]:
    numbers, contacts = {item.number.pk for item in items}, {item.contact.pk for item in items if item.contact}
    rows = _live_rows.all(current_organization_id(), list(numbers), list(contacts))
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

    def newest(self) -> Newest:
        assert self.last is not None
        return Newest(self.conversation, self.last, self.last.occurred_at, self.unread, self.window)


def settle(items: list[Incoming]) -> set[UUID]:
    """Insert what begins; one UPDATE for the rest: newest message, unread count, window, version. Gives what began."""
    bumps: dict[UUID, _Bump] = {}
    for item in items:
        assert item.conversation is not None
        bumps.setdefault(item.conversation.pk, _Bump(item.conversation)).add(item)
    begun = [found.begin() for found in bumps.values() if found.conversation._state.adding]
    moved = [found.newest() for found in bumps.values() if found.last and not found.conversation._state.adding]
    Conversation.objects.bulk_create(begun)
    move_up(moved)
    return {row.pk for row in begun}
