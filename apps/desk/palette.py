"""Ctrl+K: actions, conversations and contacts that match what is typed."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.contacts.models import Contact
from apps.conversations.models import Conversation
from apps.conversations.pages import membership_of
from apps.desk.nav import nav_for
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm

CONVERSATIONS, FOUND = 7, 200


@require_GET
def palette(request: HttpRequest, slug: str) -> HttpResponseBase:
    words = request.GET.get("q", "").strip()[:60].replace("\x00", "")
    membership = membership_of(request)
    items = [*_conversations(membership, slug, words), *_actions(request, words)]
    return TemplateResponse(request, "desk/_palette.html", {"items": items})


def _conversations(membership: Membership, slug: str, words: str) -> list[dict[str, Any]]:
    """One for each contact: their live conversation, else the newest that this member may see."""
    rows = Conversation.objects.visible_to(membership).for_rows()
    if words:
        contacts = Contact.objects.matching(words).order_by().values_list("pk", flat=True)[:FOUND]
        rows = rows.filter(contact__in=list(contacts))
    else:
        rows = rows.live()
    seen: dict[Any, Conversation] = {}
    for row in rows.order_by("-last_message_at", "-id")[: CONVERSATIONS * 3]:
        known = seen.get(row.contact_id)
        if known is None or (row.is_live and not known.is_live):
            seen[row.contact_id] = row
    return [_conversation(row, slug) for row in list(seen.values())[:CONVERSATIONS]]


def _conversation(row: Conversation, slug: str) -> dict[str, Any]:
    return {
        "name": row.contact.display_name,
        "label": row.contact.display_name,
        "note": row.last_preview or row.contact.phone_display,
        "kind": row.get_state_display(),
        "url": reverse("desk:conversation", kwargs={"slug": slug, "conversation_id": row.pk}),
    }


def _actions(request: HttpRequest, words: str) -> list[dict[str, Any]]:
    """Pages, and what can be pressed on this page; the page leaves out what it does not have."""
    found = [_press(label, mark, selector) for label, mark, selector in _presses()]
    if has_perm(membership_of(request), Perm.USE_DESK):
        found += [{**row, "mark": row["icon"], "kind": _("Page")} for row in nav_for(request, "")]
    return [each for each in found if words.casefold() in str(each["label"]).casefold()]


def _presses() -> list[tuple[str, str, str]]:
    return [
        (_("Resolve"), "check", '[data-action="resolve"]'),
        (_("Snooze"), "alarm", '[data-action="snooze"]'),
        (_("Assign"), "user-plus", '[data-action="assign"]'),
        (_("Transfer"), "arrows-left-right", '[data-testid="transfer"]'),
        (_("Internal note"), "lock", '[data-mode-tab="note"]'),
        (_("Take the next conversation"), "hand-grab", '.list-head [data-testid="pull"]'),
        (_("Switch between light and dark"), "moon", "[data-theme-toggle]"),
        (_("Keyboard shortcuts"), "keyboard", '[data-dialog="shortcuts-dialog"]'),
    ]


def _press(label: str, mark: str, selector: str) -> dict[str, Any]:
    return {"label": label, "mark": mark, "press": selector, "url": "", "kind": _("Action")}
