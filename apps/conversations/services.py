"""Writes over a conversation's life, except where it waits and who holds it (that is routing's)."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.conversations import handling, life, live, mentions
from apps.conversations.events import ConversationClosed, ConversationReopened
from apps.conversations.models import Conversation, Direction, Message, MessageKind, Outcome, State
from apps.core.clock import now
from apps.core.events import publish
from apps.core.text import clean_text
from apps.organizations.models import Membership

NOTE_LENGTH = 4096


def locked(conversation_id: UUID) -> Conversation:
    """The conversation of the tenant in scope, locked until the transaction ends."""
    return Conversation.objects.select_for_update().get(pk=conversation_id)


def move(conversation: Conversation, **values: Any) -> None:
    """Change where a locked conversation stands; every list that it leaves or enters follows on commit."""
    before = live.list_groups(conversation)
    for name, value in values.items():
        setattr(conversation, name, value)
    conversation.version += 1
    conversation.save(update_fields=[*values, "version"])
    live.push_moved((conversation, before))


def awake(conversation: Conversation) -> dict[str, Any]:
    """How a snoozed conversation comes back: to whoever holds it, else to its queue."""
    return {"state": State.OPEN if conversation.assignee_id else State.QUEUED, "snoozed_until": None}


def record_event(conversation: Conversation, event: str, *, actor: Membership | None = None, **details: Any) -> None:
    """A line in the thread that says what happened to the conversation, who did it and why."""
    record_events([event_line(conversation, event, actor=actor, **details)])


def event_line(conversation: Conversation, event: str, *, actor: Membership | None = None, **details: Any) -> Message:
    """The line alone, for those who record many at once."""
    return Message(
        conversation=conversation,
        contact=conversation.contact,
        number=conversation.number,
        direction=Direction.EVENT,
        kind=MessageKind.EVENT,
        author=actor,
        payload={"event": event, **details},
    )


def record_events(lines: list[Message]) -> None:
    live.push_messages(Message.objects.bulk_create(lines))
    handling.follow(lines)
    life.tell_events(lines)


@transaction.atomic
def add_note(conversation: Conversation, *, author: Membership, text: str, client_id: UUID) -> Message:
    """An internal note; the same `client_id` twice stores once. Raises ValidationError for an empty or long text."""
    cleaned = clean_text(text).strip()
    if not cleaned:
        raise ValidationError(_("Write the note before saving it."))
    if len(cleaned) > NOTE_LENGTH:
        raise ValidationError(_("A note has room for 4,096 characters. Split this one in two."))
    note, is_new = Message.objects.get_or_create(
        conversation=conversation,
        client_id=client_id,
        defaults={
            "contact_id": conversation.contact_id,
            "number_id": conversation.number_id,
            "direction": Direction.NOTE,
            "author": author,
            "text": cleaned,
        },
    )
    if is_new:
        live.push_messages([note])
        mentions.tell(note, author)
    return note


@transaction.atomic
def close(conversation_id: UUID, *, actor: Membership | None, outcome: str) -> Conversation:
    """Close with an outcome; closing a closed one changes nothing."""
    if outcome not in Outcome.values:
        raise ValidationError(_("Choose how the conversation ended."))
    conversation = locked(conversation_id)
    if not conversation.is_live:
        return conversation
    move(conversation, state=State.CLOSED, outcome=outcome, closed_at=now(), unread_count=0)
    record_event(conversation, "closed", actor=actor, outcome=outcome)
    publish(ConversationClosed(conversation.organization_id, conversation.pk, outcome))
    return conversation


@transaction.atomic
def reopen(conversation_id: UUID, *, actor: Membership) -> Conversation:
    """Open a closed conversation again, for the one who asks; refused while the customer has a newer live one."""
    conversation = locked(conversation_id)
    if conversation.is_live:
        return conversation
    newer = Conversation.objects.live().filter(number=conversation.number_id, contact=conversation.contact_id)
    if newer.exists():
        raise ValidationError(_("This customer already has an open conversation. Continue there."))
    move(conversation, state=State.OPEN, outcome="", closed_at=None, assignee=actor, assigned_at=now())
    record_event(conversation, "reopened", actor=actor)
    publish(ConversationReopened(conversation.organization_id, conversation.pk))
    return conversation


def show_own_reaction(message: Message, emoji: str) -> None:
    """Show the company's reaction on the message it is about."""
    message.reactions = {**message.reactions, "business": {"emoji": emoji, "at": now().isoformat()}}
    Message.objects.filter(pk=message.pk).update(reactions=message.reactions, changed_at=now())
    live.push_messages([message])


def mark_read(conversation: Conversation) -> bool:
    """Forget the unread count; True when there was one."""
    changed = Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(
        unread_count=0, read_at=now(), snooze_note="", version=F("version") + 1
    )
    if changed:
        live.push_rows_of([conversation.pk])
    return bool(changed)


def mark_unread(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        unread_count=max(conversation.unread_count, 1), version=F("version") + 1
    )
    live.push_rows_of([conversation.pk])
