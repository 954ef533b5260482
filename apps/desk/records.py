"""What is over: closed conversations, and what one finished oneself."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.conversations.models import Ending
from apps.conversations.pages import membership_of, visible_or_404
from apps.core import periods
from apps.core.pagination import Page
from apps.desk import history
from apps.desk.nav import nav_for
from apps.organizations.permissions import Perm, has_perm, requires


@require_GET
@requires(Perm.USE_DESK)
def closed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Closed conversations, the newest first: one's own, or all for those who may see all."""
    membership = membership_of(request)
    sees_all = has_perm(membership, Perm.SEE_ALL_CONVERSATIONS)
    period, words = periods.chosen(request), request.GET.get("q", "").strip()[:80].replace("\x00", "")
    whose = "all" if sees_all and request.GET.get("whose") == "all" else "mine"
    after = request.GET.get("after", "")
    page = history.closed_page(membership, period, everybody=whose == "all", words=words, after=after)
    chosen = {"period": period.key, "whose": whose, "q": words}
    context = {
        "nav": nav_for(request, "history"),
        "periods": periods.ALL,
        "period": period,
        "whose": whose,
        "sees_all": sees_all,
        "q": words,
        **_pages(reverse("desk:history", kwargs={"slug": slug}), page, chosen, after),
    }
    return TemplateResponse(request, "desk/history.html", context)


@require_GET
@requires(Perm.USE_DESK)
def closed_one(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """A closed conversation to be read: the lines of it alone, nothing to write with."""
    conversation = visible_or_404(request, conversation_id)
    page = history.lines_page(conversation, before=request.GET.get("before", ""))
    context = {
        "nav": nav_for(request, "history"),
        "conversation": conversation,
        "messages": page.rows[::-1],
        "before": page.next_cursor,
        "is_older": True,
        "handlings": history.handlings_of(conversation),
    }
    return TemplateResponse(request, "desk/closed.html", context)


@require_GET
@requires(Perm.USE_DESK)
def completed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What this agent resolved or passed on, with totals of the period."""
    membership, period = membership_of(request), periods.chosen(request)
    ending = request.GET.get("ending", "")
    ending = ending if ending in (Ending.RESOLVED, Ending.TRANSFERRED) else ""
    after = request.GET.get("after", "")
    page = history.completed_page(membership, period, ending=ending, after=after)
    context = {
        "nav": nav_for(request, "completed"),
        "periods": periods.ALL,
        "period": period,
        "ending": ending,
        "totals": history.totals(membership, period),
        **_pages(
            reverse("desk:completed", kwargs={"slug": slug}), page, {"period": period.key, "ending": ending}, after
        ),
    }
    return TemplateResponse(request, "desk/completed.html", context)


def _pages(path: str, page: Page[Any], chosen: dict[str, str], after: str) -> dict[str, Any]:
    """Rows with the addresses of the pages around them; "newer" leads to the first page."""
    here = {key: value for key, value in chosen.items() if value}
    following = {**here, "after": page.next_cursor}
    return {
        "rows": page.rows,
        "next_url": f"{path}?{urlencode(following)}" if page.next_cursor else "",
        "previous_url": f"{path}?{urlencode(here)}" if after else "",
    }
