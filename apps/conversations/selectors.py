"""Reads of lists and threads: keyset pages, constant numbers of queries, no counting of everything."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from apps.contacts.models import Contact
from apps.conversations.listing import ListRow, as_rows, values_of
from apps.conversations.models import Conversation, Message, State
from apps.conversations.models.conversation import ConversationQuerySet
from apps.core.pagination import Page, keyset, moment
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.teams.models import Queue

PAGE = 50
LINES = 40
COUNTED = 100
SEARCHED = 500
TABS = ("mine", "queue", "all")


def tab_or_default(tab: str, membership: Membership) -> str:
    if tab in TABS:
        return tab
    return "mine" if has_perm(membership, Perm.REPLY) else "all"


def conversations_of_tab(tab: str, membership: Membership) -> ConversationQuerySet:
    """Live conversations that this member may see, of one tab, unordered."""
    if tab == "mine":
        return Conversation.objects.mine(membership)
    if tab == "queue":
        waiting = Conversation.objects.waiting()
        if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS):
            return waiting
        return waiting.filter(queue__in=Queue.objects.of_member(membership).values("pk"))
    return Conversation.objects.live().visible_to(membership)


def list_page(
    tab: str, membership: Membership, *, words: str = "", where: dict[str, Any] | None = None, after: str = ""
) -> Page[ListRow]:
    """Fifty rows, newest first. With `words`, closed ones too: by name, phone or message text."""
    rows = conversations_of_tab(tab, membership)
    if not words and "state" not in (where or {}):
        rows = rows.exclude(state=State.SNOOZED)  # put away until its time; a filter shows it
    if words:
        rows = _matching(Conversation.objects.visible_to(membership), words)
    rows = rows.filter(**(where or {}))
    page: Page[Any] = keyset(values_of(rows), ("-last_message_at", "-id"), after, PAGE, parse=(moment, uuid.UUID))
    return Page(as_rows(page.rows), page.next_cursor)


def _matching(rows: ConversationQuerySet, words: str) -> ConversationQuerySet:
    found = Q(contact__in=Contact.objects.matching(words).values("pk"))
    if len(words) >= 3:
        lines = Message.objects.filter(text__icontains=words).order_by().values_list("conversation", flat=True)
        found |= Q(pk__in=list(lines[:SEARCHED]))
    return rows.filter(found)


def counts(membership: Membership) -> dict[str, str]:
    """Numbers beside the tabs, counted no further than a hundred."""
    return {tab: _bounded(conversations_of_tab(tab, membership)) for tab in ("mine", "queue")}


def _bounded(rows: "QuerySet[Conversation]") -> str:
    number = rows.order_by()[:COUNTED].count()
    return "99+" if number >= COUNTED else str(number or "")


def thread_page(conversation: Conversation, *, before: str = "") -> Page[Message]:
    """The newest lines between this customer and this number, newest first; the cursor leads further back."""
    lines = Message.objects.in_thread().filter(contact=conversation.contact_id, number=conversation.number_id)
    return keyset(lines.for_thread(), ("-id",), before, LINES, parse=(uuid.UUID,))


def earlier(conversation: Conversation) -> "QuerySet[Conversation]":
    """The customer's other conversations, newest first."""
    others = Conversation.objects.filter(contact=conversation.contact_id).exclude(pk=conversation.pk)
    return others.order_by("-id")[:5]
