"""Who may fetch a file of a conversation: whoever may see one of the conversations it was sent in."""

from apps.conversations.models import CardFile, Conversation, Message
from apps.media import access
from apps.media.models import StoredFile
from apps.organizations.models import Membership


@access.register
def may_fetch(membership: Membership, stored: StoredFile) -> bool | None:
    """None for files that were never part of a conversation: others decide."""
    visible = Conversation.objects.visible_to(membership)
    conversations = Message.objects.filter(media=stored).values("conversation")
    if conversations.exists():
        return visible.filter(pk__in=conversations).exists()
    on_cards = CardFile.objects.filter(file=stored).values("message__conversation")
    return visible.filter(pk__in=on_cards).exists() if on_cards.exists() else None
