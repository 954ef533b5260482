"""What a page missed while its socket was away, from the rows: as many pages of lines as it takes, newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest

from apps.conversations import selectors
from apps.conversations.pages import membership_of, visible_to_viewer
from apps.conversations.rendering import abilities, render_message, rows_html
from apps.core.ids import as_uuid


@dataclass(frozen=True, slots=True)
class Missed:
    """`rest` is the query of the next page; empty when the lines reach back to those that the viewer's page shows.
    `reload_list`: more rows came than one page of the list has."""

    fragments: list[str]
    rest: str = ""
    reload_list: bool = False


def missed(request: HttpRequest) -> Missed:
    """Rows of the shown tab and lines of the shown conversation, with their present state.

    `?tab=&row=` is the newest row shown (its moment in seconds), `?conversation=&line=` the newest line (its id).
    """
    lines, rest = _lines(request)
    if "before" in request.GET:
        return Missed(lines, rest)
    membership = membership_of(request)
    tab = selectors.tab_or_default(request.GET.get("tab", ""), membership)
    page = selectors.list_page(tab, membership)
    shown = _moment(request.GET.get("row", ""))
    is_cut = bool(page.next_cursor) and shown is not None and page.rows[-1].last_message_at > shown
    return Missed([*map(str, rows_html(page.rows, membership.organization.slug)), *lines], rest, is_cut)


def _lines(request: HttpRequest) -> tuple[list[str], str]:
    wanted = as_uuid(request.GET.get("conversation", ""))
    conversation = visible_to_viewer(request, wanted) if wanted else None
    if conversation is None:
        return [], ""
    membership = membership_of(request)
    context = {
        "conversation": conversation,
        "membership": membership,
        "slug": membership.organization.slug,
        "can": abilities(membership, conversation),
    }
    page = selectors.thread_page(conversation, before=request.GET.get("before", ""))
    shown, rest = as_uuid(request.GET.get("line", "")), ""
    if shown and page.next_cursor and page.rows[-1].pk > shown:
        rest = urlencode({"conversation": conversation.pk, "line": shown, "before": page.next_cursor})
    return [render_message(message, context) for message in page.rows[::-1]], rest


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
