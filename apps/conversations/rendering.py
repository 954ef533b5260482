"""Fragments of conversations, for pages and for the live socket alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from apps.conversations.listing import ListRow, as_rows, values_of
from apps.conversations.models import Conversation, Message, State
from apps.conversations.row import render_row
from apps.core.clock import now
from apps.core.compiled import Compiled
from apps.core.realtime.rendering import CHANGED, Fragment, RenderClass, renders
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.tenancy import tenant_scope
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


def rows_html(rows: Sequence[ListRow], slug: str) -> list[SafeString]:
    """List rows, rendered once per version and kept as fragments: a page of fifty costs one trip to the cache."""
    today = timezone.localtime(now()).strftime("%Y-%m-%d")
    keys = [row.key(today) for row in rows]
    known = cache.get_many(keys)
    fresh = {key: render_row(row, slug) for key, row in zip(keys, rows, strict=True) if key not in known}
    if fresh:
        cache.set_many(fresh, ROW_SECONDS)
    found = {**known, **fresh}
    return [mark_safe(found[key]) for key in keys]  # noqa: S308 - made by render_row, which escapes


def render_message(message: Message, context: dict[str, Any]) -> str:
    return render_to_string("conversations/_bubble.html", {"message": message, **context}).strip()


def render_sla(conversation: Conversation) -> str:
    return render_to_string("conversations/_sla.html", {"conversation": conversation}).strip()


def _row_values(organization_id: UUID, conversation_id: UUID) -> Any:
    with tenant_scope(organization_id):
        return values_of(Conversation.objects.filter(pk=conversation_id))


_row_by_id = Compiled(2, _row_values)


@renders("row")
def _row_fragments(viewer: RenderClass, ids: dict[str, str], gone: bool) -> list[Fragment]:
    element = f"c-{ids['conversation']}"
    if gone:
        return [Fragment(element, "", "", type="remove")]
    with seen_by(viewer) as organization:
        found = as_rows(_row_by_id(organization.pk, UUID(ids["conversation"])))
        if not found:
            return [Fragment(element, "", "", type="remove")]
        return [Fragment(element, "#conversation-list", render_row(found[0], organization.slug))]


@renders("message")
def _message_fragments(viewer: RenderClass, ids: dict[str, str], _gone: bool) -> list[Fragment]:
    with seen_by(viewer) as organization:
        message = Message.objects.for_thread().select_related("contact").filter(pk=ids["message"]).first()
        if message is None or message.target_wamid:
            return []
        context = {"slug": organization.slug, "can": {"reply": Perm.REPLY.name in viewer.permissions}}
        html = render_message(message, context)
        return [Fragment(f"m-{message.client_id}", f"#thread-{ids['conversation']}", html)]


@renders("sla")
def _sla_fragments(viewer: RenderClass, ids: dict[str, str], _gone: bool) -> list[Fragment]:
    """The badge in the head of the open conversation."""
    with seen_by(viewer):
        row = Conversation.objects.filter(pk=ids["conversation"]).first()
        return [Fragment(f"sla-{row.pk}", "", render_sla(row))] if row else []


@renders("conversation")
def _conversation_fragments(_viewer: RenderClass, ids: dict[str, str], _gone: bool) -> list[Fragment]:
    """Agent, queue or state changed: the page fetches its own head and composer, which depend on the viewer."""
    return [Fragment(ids["conversation"], "", "", type=CHANGED)]
