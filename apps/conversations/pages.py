"""Contexts of the inbox page, for every panel that shows it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest

from apps.contacts.models import Tag
from apps.conversations import receipts, saved, selectors, services
from apps.conversations.composing.interactive import MENU
from apps.conversations.models import Conversation, Unsent
from apps.conversations.rendering import abilities, rows_html
from apps.core.clock import now
from apps.core.realtime import last_sequence
from apps.organizations.models import Membership
from apps.teams.models import Queue

COMMITTING = timedelta(seconds=2)


def membership_of(request: HttpRequest) -> Membership:
    found: Membership = request.membership  # type: ignore[attr-defined]
    return found


def visible_to_viewer(request: HttpRequest, conversation_id: UUID) -> Conversation | None:
    """The conversation with all that a thread shows, if this viewer may see it."""
    rows = Conversation.objects.visible_to(membership_of(request)).for_rows().select_related("department")
    return rows.filter(pk=conversation_id).first()


def visible_or_404(request: HttpRequest, conversation_id: UUID) -> Conversation:
    """404 for foreign, unknown and invisible conversations alike."""
    conversation = visible_to_viewer(request, conversation_id)
    if conversation is None:
        raise Http404
    return conversation


def list_context(request: HttpRequest) -> dict[str, Any]:
    membership = membership_of(request)
    tab = selectors.tab_or_default(request.GET.get("tab", ""), membership)
    words = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    filters = saved.chosen(request.GET)
    where = saved.conditions(filters)
    page = selectors.list_page(tab, membership, words=words, where=where, after=request.GET.get("after", ""))
    rows = rows_html(page.rows, membership.organization.slug)
    return {
        "tab": tab,
        "q": words,
        "rows": rows,
        "next_cursor": page.next_cursor,
        "filters": filters,
        "filter_query": urlencode(filters),
    }


def thread_context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """The newest lines, oldest first; opening a conversation reads it."""
    as_of = now() - COMMITTING  # what was stamped before this may still be on its way
    page = selectors.thread_page(conversation, before=request.GET.get("before", ""))
    return {
        "as_of": as_of,
        "conversation": conversation,
        "messages": page.rows[::-1],
        "older_cursor": page.next_cursor,
        "contact_tags": conversation.contact.tags.all(),
        "history": selectors.earlier(conversation),
        "can": abilities(membership_of(request), conversation),
        "compose_menu": MENU,
        "unsent": Unsent.objects.filter(conversation=conversation, member=membership_of(request)).first(),
        "conversation_tags": conversation.tags.order_by("name"),
    }


def inbox_context(request: HttpRequest, conversation_id: UUID | None = None) -> dict[str, Any]:
    live_seq = last_sequence(membership_of(request).organization_id)  # before the rows: what comes later is missed
    context = {**list_context(request), "live_seq": live_seq, "counts": selectors.counts(membership_of(request))}
    context |= {
        "views": saved.of_member(membership_of(request)),
        "all_tags": Tag.objects.order_by("name"),
        "all_queues": Queue.objects.filter(is_active=True),
    }
    if conversation_id is not None:
        context |= thread_context(request, visible_or_404(request, conversation_id))
    return context


def read(request: HttpRequest, conversation: Conversation) -> None:
    """An agent who opens what they hold has read it, and the customer's ticks turn blue."""
    membership = membership_of(request)
    if conversation.assignee_id == membership.pk and services.mark_read(conversation):
        receipts.request(membership, conversation.pk)
