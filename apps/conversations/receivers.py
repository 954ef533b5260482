"""What this app does when lower apps have news."""

from apps.contacts import merging
from apps.contacts.models import Contact
from apps.contacts.rescoping import rescope
from apps.conversations import handling, life, live, services
from apps.conversations.ingest import ingest
from apps.conversations.models import Conversation, Message, State
from apps.core.clock import now
from apps.whatsapp import intake, portfolios

intake.register(ingest)
portfolios.register(rescope)


@merging.register
def move_conversations(keep: Contact, drop: Contact) -> None:
    """Two live conversations on one number become one: that of `keep` goes on with all that the other one knew."""
    going_on = {row.number_id: row for row in Conversation.objects.live().filter(contact=keep).select_for_update()}
    for conversation in Conversation.objects.filter(contact=drop).select_for_update():
        before = live.list_groups(conversation)
        other = going_on.get(conversation.number_id) if conversation.is_live else None
        if other is not None:
            _join(other, conversation)
        conversation.contact = keep
        conversation.version += 1
        conversation.save(update_fields=["state", "closed_at", "unread_count", "contact", "version"])
        touched = [conversation] if other is None else [conversation, other]
        lines = [services.event_line(row, "merged") for row in touched]
        handling.follow(lines)
        life.tell_events(lines)
        live.push_moved((conversation, before))
    Message.objects.filter(contact=drop).update(contact=keep)


_LAST = [
    "last_message_at",
    "last_message_id",
    "last_preview",
    "last_kind",
    "last_direction",
    "last_status",
]
_PLACE = ["state", "queue_id", "department_id", "assignee_id", "queued_at", "assigned_at", "snoozed_until"]


def _join(stays: Conversation, ends: Conversation) -> None:
    """Lines, unread count, window and newest message move over; an agent who holds the one that ends keeps holding."""
    before = live.list_groups(stays)
    Message.objects.filter(conversation=ends).update(conversation=stays)
    copied = _LAST if ends.last_message_at >= stays.last_message_at else []
    if ends.assignee_id and not stays.assignee_id:
        copied = [*copied, *_PLACE]
    for name in copied:
        setattr(stays, name, getattr(ends, name))
    windows = [moment for moment in (stays.window_expires_at, ends.window_expires_at) if moment]
    stays.window_expires_at = max(windows, default=None)
    stays.unread_count += ends.unread_count
    stays.version += 1
    stays.save()
    ends.state, ends.closed_at, ends.unread_count = State.CLOSED, now(), 0
    live.push_moved((stays, before))
