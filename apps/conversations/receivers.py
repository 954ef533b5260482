"""What this app does when lower apps have news."""

from apps.contacts import merging
from apps.contacts.models import Contact
from apps.conversations import handling, services
from apps.conversations.ingest import ingest
from apps.conversations.models import Conversation, Message, State
from apps.core.clock import now
from apps.whatsapp import intake

intake.register(ingest)


@merging.register
def move_conversations(keep: Contact, drop: Contact) -> None:
    """Two live conversations on one number become one: the older keeps its place, the younger's lines move over."""
    live = {row.number_id: row for row in Conversation.objects.live().filter(contact=keep)}
    for conversation in Conversation.objects.filter(contact=drop).select_for_update():
        older = live.get(conversation.number_id) if conversation.state != State.CLOSED else None
        if older is not None:
            Message.objects.filter(conversation=conversation).update(conversation=older)
            conversation.state, conversation.closed_at = State.CLOSED, now()
        conversation.contact = keep
        conversation.save(update_fields=["state", "closed_at", "contact"])
        handling.follow([services.event_line(conversation, "merged")])
    Message.objects.filter(contact=drop).update(contact=keep)
