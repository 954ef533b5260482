"""Fragments of conversations, for pages and for the live socket alike."""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from apps.conversations.models import Conversation, Message, State
from apps.core.clock import now
from apps.core.realtime.hub import CHANGED, Fragment, RenderClass, renders
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.viewing import seen_by

ROW_SECONDS = 600


def abilities(membership: Membership, conversation: Conversation) -> dict[str, bool]:
    """What the viewer may do with a conversation, as `can` in templates."""
    live = conversation.is_live
    replies = has_perm(membership, Perm.REPLY)
    leads = has_perm(membership, Perm.ASSIGN)
    holds = conversation.assignee_id == membership.pk
    return {
        "reply": live and replies and (holds or leads),
        "note": live and replies,
        "assign": live and leads,
        "transfer": live and replies and (holds or leads),
        "close": live and replies and (holds or leads),
        "pull": live and replies and conversation.state == State.QUEUED,
        "reopen": not live and replies,
    }


def rows_html(conversations: Iterable[Conversation], slug: str) -> list[SafeString]:
    """List rows, rendered once per version and kept as fragments: a page of fifty costs one trip to the cache."""
    rows = list(conversations)
    keys = {row.pk: _row_key(row) for row in rows}
    known = cache.get_many(keys.values())
    fresh = {keys[row.pk]: render_row(row, slug) for row in rows if keys[row.pk] not in known}
    if fresh:
        cache.set_many(fresh, ROW_SECONDS)
    found = {**known, **fresh}
    return [mark_safe(found[keys[row.pk]]) for row in rows]  # noqa: S308 - our own template's output


def _row_key(row: Conversation) -> str:
    """Everything a row shows: its version, and the names that belong to others."""
    assignee = row.assignee.name if row.assignee else ""
    names = f"{row.contact.display_name}|{row.contact.is_vip}|{assignee}|{row.queue.name if row.queue else ''}"
    moment = timezone.localtime(now())
    shown = f"{names}|{moment:%Y-%m-%d}|{timezone.get_current_timezone_name()}|{translation.get_language()}"
    return f"org:{row.organization_id}:row:{row.pk}:{row.version}:{crc32(shown.encode()):x}"


def render_row(conversation: Conversation, slug: str) -> str:
    return render_to_string("conversations/_row.html", {"conversation": conversation, "slug": slug}).strip()


def render_message(message: Message, context: dict[str, Any]) -> str:
    return render_to_string("conversations/_bubble.html", {"message": message, **context}).strip()


@renders("row")
def _row_fragments(viewer: RenderClass, ids: dict[str, str], gone: bool) -> list[Fragment]:
    element = f"c-{ids['conversation']}"
    if gone:
        return [Fragment(element, "", "", type="remove")]
    with seen_by(viewer) as organization:
        row = Conversation.objects.for_rows().filter(pk=ids["conversation"]).first()
        if row is None:
            return [Fragment(element, "", "", type="remove")]
        return [Fragment(element, "#conversation-list", rows_html([row], organization.slug)[0])]


@renders("message")
def _message_fragments(viewer: RenderClass, ids: dict[str, str], _gone: bool) -> list[Fragment]:
    with seen_by(viewer) as organization:
        message = Message.objects.for_thread().select_related("contact").filter(pk=ids["message"]).first()
        if message is None or message.target_wamid:
            return []
        context = {"slug": organization.slug, "can": {"reply": Perm.REPLY.name in viewer.permissions}}
        html = render_message(message, context)
        return [Fragment(f"m-{message.client_id}", f"#thread-{ids['conversation']}", html)]


@renders("conversation")
def _conversation_fragments(_viewer: RenderClass, ids: dict[str, str], _gone: bool) -> list[Fragment]:
    """Agent, queue or state changed: the page fetches its own head and composer, which depend on the viewer."""
    return [Fragment(ids["conversation"], "", "", type=CHANGED)]
