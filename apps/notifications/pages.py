"""What the list of notifications shows, for every panel that has the page."""

from typing import Any

from django.http import HttpRequest

from apps.notifications import selectors
from apps.organizations.models import Membership


def membership_of(request: HttpRequest) -> Membership:
    found: Membership = request.membership  # type: ignore[attr-defined]
    return found


def list_context(request: HttpRequest) -> dict[str, Any]:
    """The newest ones, the member's preferences, and where older ones are."""
    membership = membership_of(request)
    only_unread = request.GET.get("show") == "unread"
    page = selectors.page_of(membership, only_unread=only_unread, after=request.GET.get("after", ""))
    return {
        "rows": page.rows,
        "next_cursor": page.next_cursor,
        "only_unread": only_unread,
        "is_first": not request.GET.get("after"),
        "unread": selectors.unread_count(membership.pk),
        "choices": selectors.choices_of(membership),
        "slug": membership.organization.slug,
    }
