"""`@Name` in a note tells that colleague."""

import re

from apps.conversations.addresses import page_of
from apps.conversations.models import Conversation, Message
from apps.notifications.services import notify
from apps.organizations.models import Membership

EXCERPT = 120


def colleagues(membership: Membership, words: str = "", limit: int = 8) -> list[Membership]:
    """Active members to mention, by name."""
    rows = Membership.objects.filter(is_active=True).exclude(pk=membership.pk).select_related("user")
    if words:
        rows = rows.filter(user__full_name__icontains=words)
    return list(rows.order_by("user__full_name")[:limit])


def mentioned(text: str, members: list[Membership]) -> list[Membership]:
    """Those whose whole name stands in the text after an @, the longest names first."""
    found, rest = [], text
    for member in sorted(members, key=lambda each: -len(each.name)):
        pattern = re.compile(rf"@{re.escape(member.name)}(?!\w)", re.IGNORECASE)
        if pattern.search(rest):
            found.append(member)
            rest = pattern.sub(" ", rest)
    return found


def tell(note: Message, author: Membership) -> None:
    """Notify the mentioned who may see the conversation."""
    if "@" not in note.text:
        return
    members = Membership.objects.filter(is_active=True).exclude(pk=author.pk).select_related("user")
    named = [each for each in mentioned(note.text, list(members)) if _may_see(each, note)]
    notify(
        kind="conversations.mention",
        recipients=named,
        url=page_of(author.organization.slug, note.conversation_id),
        who=author.name,
        text=" ".join(note.text.split())[:EXCERPT],
    )


def _may_see(member: Membership, note: Message) -> bool:
    return Conversation.objects.visible_to(member).filter(pk=note.conversation_id).exists()
