"""The shared inbox inside the admin panel."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from apps.console.nav import build_nav
from apps.conversations.pages import inbox_context, read
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.SEE_ALL_CONVERSATIONS)
def inbox(request: HttpRequest, slug: str, conversation_id: UUID | None = None) -> HttpResponse:
    """All conversations; with an id, that one opened."""
    context = inbox_context(request, conversation_id)
    context |= {"nav": build_nav(request, "conversations"), "layout": "layouts/console.html"}
    context["inbox_url_name"] = "console:conversations"
    answer = TemplateResponse(request, "console/inbox.html", context)
    if conversation_id is not None:
        answer.add_post_render_callback(lambda _answer: read(request, context["conversation"]))
    return answer
