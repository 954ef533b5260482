"""Who else looks at a conversation and who writes in it. Nothing is stored: pages say it again, and forget."""

from uuid import UUID

from django.db import close_old_connections
from django.template.loader import render_to_string

from apps.conversations.live import thread_group
from apps.core.realtime import push
from apps.core.realtime.rendering import Fragment, RenderClass, renders
from apps.organizations.models import Membership
from apps.organizations.viewing import seen_by

HERE, WRITES, GONE = "here", "writes", "gone"
EVERY = 5.0  # seconds, at least, between two times that one page says it is here


def tell(organization_id: UUID, member_id: UUID, conversation_id: UUID, what: str) -> None:
    """To everybody who has the conversation open."""
    close_old_connections()
    ids = {"conversation": str(conversation_id), "member": str(member_id), "what": what}
    push(organization_id, [thread_group(conversation_id)], "watching", ids)


@renders("watching")
def _fragments(viewer: RenderClass, ids: dict[str, str], _gone: bool) -> list[Fragment]:
    element = f"w-{ids['member']}"
    if ids["what"] == GONE:
        return [Fragment(element, "", "", type="remove")]
    with seen_by(viewer):
        member = Membership.objects.select_related("user").filter(pk=ids["member"]).first()
        if member is None:
            return []
        html = render_to_string("conversations/_watching.html", {"member": member, "what": ids["what"]}).strip()
        return [Fragment(element, f"#presence-{ids['conversation']}", html)]
