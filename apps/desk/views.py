"""The agent panel."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from apps.conversations.pages import inbox_context, membership_of, read
from apps.desk import selectors
from apps.desk.nav import nav_for
from apps.notifications.pages import list_context
from apps.organizations.permissions import Perm, requires


@require_GET
@requires(Perm.USE_DESK)
def dashboard(request: HttpRequest, slug: str) -> HttpResponseBase:
    context = {**selectors.my_day(membership_of(request)), "nav": nav_for(request, "dashboard")}
    return TemplateResponse(request, "desk/dashboard.html", context)


@require_GET
@requires(Perm.USE_DESK)
def queue(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Queues that this agent serves, with what waits in each."""
    context = {"queues": selectors.queues_of(membership_of(request)), "nav": nav_for(request, "queue")}
    return TemplateResponse(request, "desk/queue.html", context)


@require_GET
@requires(Perm.USE_DESK)
def notifications(request: HttpRequest, slug: str) -> HttpResponseBase:
    context = {**list_context(request), "nav": nav_for(request, ""), "layout": "layouts/desk.html"}
    return TemplateResponse(request, "notifications/page.html", context)


@require_GET
def inbox(request: HttpRequest, slug: str, conversation_id: UUID | None = None) -> HttpResponseBase:
    """The three-pane inbox; also the address of a conversation for whoever may see it."""
    context = inbox_context(request, conversation_id)
    context |= {"nav": nav_for(request, "inbox"), "layout": "layouts/desk.html"}
    response = TemplateResponse(request, "desk/inbox.html", context)
    if conversation_id is not None:
        response.add_post_render_callback(lambda _response: read(request, context["conversation"]))
    return response
