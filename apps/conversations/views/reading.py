"""Lists, threads and what a page missed."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from apps.conversations import catching_up, selectors, services
from apps.conversations.models import Message
from apps.conversations.pages import list_context, membership_of, thread_context, visible_or_404
from apps.conversations.rendering import abilities
from apps.conversations.views.answers import thread_answer
from apps.core import qr
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.providers.base import SendKind


@require_GET
def conversation_list(request: HttpRequest, slug: str) -> HttpResponseBase:
    return TemplateResponse(request, "conversations/_list.html", list_context(request))


@require_GET
def counts(request: HttpRequest, slug: str) -> HttpResponseBase:
    context = {"counts": selectors.counts(membership_of(request))}
    return TemplateResponse(request, "conversations/_counts.html", context)


@require_GET
def thread(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    return thread_answer(request, visible_or_404(request, conversation_id))


@require_GET
def older(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """The page of lines before a cursor."""
    conversation = visible_or_404(request, conversation_id)
    page = selectors.thread_page(conversation, before=request.GET.get("before", ""))
    context = {
        "conversation": conversation,
        "messages": page.rows[::-1],
        "older_cursor": page.next_cursor,
        "is_older": True,
        "can": abilities(membership_of(request), conversation),
    }
    return TemplateResponse(request, "conversations/_messages.html", context)


@require_GET
def pix_code(request: HttpRequest, slug: str, message_id: UUID) -> HttpResponseBase:
    """The QR code of a charge."""
    message = get_object_or_404(Message, pk=message_id)
    visible_or_404(request, message.conversation_id)
    code = message.payload.get("code")
    if message.payload.get("send") != SendKind.ORDER_DETAILS or not isinstance(code, str):
        raise Http404
    answer = qr.picture(code, scale=4, border=2)
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


@require_GET
def contact(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    context = thread_context(request, visible_or_404(request, conversation_id))
    return TemplateResponse(request, "conversations/_contact_panel.html", context)


@require_GET
def catchup(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What a page may have missed. `X-Rest` is the query of the next part, `X-Reload-List` asks for a new list."""
    found = catching_up.missed(request)
    headers = {"X-Rest": found.rest, "X-Reload-List": "yes" if found.reload_list else ""}
    shown = {name: value for name, value in headers.items() if value}
    return HttpResponse("".join(found.fragments), headers=shown)


@require_POST
@requires(Perm.REPLY)
def unread(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    services.mark_unread(visible_or_404(request, conversation_id))
    return HttpResponse(status=204)
