"""What a page missed while its socket was away, from the rows: one GET."""

from uuid import UUID

from django.http import HttpRequest

from apps.conversations import selectors
from apps.conversations.pages import membership_of, visible_to_viewer
from apps.conversations.rendering import abilities, render_message, rows_html


def missed(request: HttpRequest) -> list[str]:
    """Rows of the shown tab, and the newest lines of the shown conversation with their present state."""
    membership = membership_of(request)
    tab = selectors.tab_or_default(request.GET.get("tab", ""), membership)
    fragments = list(rows_html(selectors.list_page(tab, membership).rows, membership.organization.slug))
    return [*map(str, fragments), *_lines(request)]


def _lines(request: HttpRequest) -> list[str]:
    try:
        wanted = UUID(request.GET.get("conversation", ""))
    except ValueError:
        return []
    conversation = visible_to_viewer(request, wanted)
    if conversation is None:
        return []
    membership = membership_of(request)
    context = {
        "conversation": conversation,
        "membership": membership,
        "slug": membership.organization.slug,
        "can": abilities(membership, conversation),
    }
    newest = selectors.thread_page(conversation).rows[::-1]
    return [render_message(message, context) for message in newest]
