"""Who may fetch a file of a conversation: whoever may see one of the conversations it was sent in."""

from apps.conversations.models import CardFile, Conversation, Message
from apps.media import access
from apps.media.models import StoredFile
from apps.organizations.models import Membership


@access.register
def may_fetch(membership: Membership, stored: StoredFile) -> bool | None:
    """None for files that were never part of a conversation: others decide."""
    sent, on_cards = Message.objects.filter(media=stored), CardFile.objects.filter(file=stored)
    for conversations in (sent.values("conversation"), on_cards.values("message__conversation")):
        if conversations.exists():
            return Conversation.objects.visible_to(membership).filter(pk__in=conversations).exists()
    return None
