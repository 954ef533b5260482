"""Who may fetch a file of a conversation: whoever may see one of the conversations it was sent in."""

from apps.conversations.models import Conversation, Message
from apps.media import access
from apps.media.models import StoredFile
from apps.organizations.models import Membership


@access.register
def may_fetch(membership: Membership, stored: StoredFile) -> bool | None:
    """None for files that were never part of a conversation: others decide."""
    conversations = Message.objects.filter(media=stored).values("conversation")
    if not conversations.exists():
        return None
    return Conversation.objects.visible_to(membership).filter(pk__in=conversations).exists()
