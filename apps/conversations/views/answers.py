"""Answers that several actions share."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.conversations.models import Conversation, Message
from apps.conversations.pages import membership_of, read, thread_context, visible_to_viewer
from apps.conversations.rendering import abilities, render_message


def is_fragment(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def form_answer(
    request: HttpRequest, fragment: str, context: dict[str, Any], *, title: str, status: int = 200
) -> TemplateResponse:
    """A form alone, for a dialog; without HTMX on a page of its own, with this title."""
    if is_fragment(request):
        return TemplateResponse(request, fragment, context, status=status)
    shown = {**context, "fragment": fragment, "title": title}
    return TemplateResponse(request, "conversations/form_page.html", shown, status=status)


def page_url(request: HttpRequest, conversation_id: UUID) -> str:
    slug = membership_of(request).organization.slug
    return reverse("desk:conversation", kwargs={"slug": slug, "conversation_id": conversation_id})


def thread_answer(request: HttpRequest, conversation: Conversation) -> HttpResponseBase:
    """The thread as a fragment; without HTMX its page."""
    if not is_fragment(request):
        return redirect(page_url(request, conversation.pk))
    response = TemplateResponse(request, "conversations/_thread.html", thread_context(request, conversation))
    response.add_post_render_callback(lambda _response: read(request, conversation))
    return response


def after_action(request: HttpRequest, conversation_id: UUID) -> HttpResponseBase:
    """The thread as it is now, or the empty pane when the viewer does not see it any more."""
    conversation = visible_to_viewer(request, conversation_id)
    if conversation is not None:
        response = thread_answer(request, conversation)
    elif is_fragment(request):
        response = TemplateResponse(request, "conversations/_no_thread.html")
    else:
        slug = membership_of(request).organization.slug
        response = redirect(reverse("desk:inbox", kwargs={"slug": slug}))
    response["HX-Trigger"] = "modal:close"
    return response


def act(
    request: HttpRequest, conversation_id: UUID, action: Callable[[], object], *, following: UUID | None = None
) -> HttpResponseBase:
    """Run an action and show the thread, or the `following` one if the viewer sees it; a refusal is a toast, and the
    thread stays as it is."""
    try:
        action()
    except ValidationError as error:
        return notice(request, error.messages[0], page_url(request, conversation_id))
    if following is None or (shown := visible_to_viewer(request, following)) is None:
        return after_action(request, conversation_id)
    response = thread_answer(request, shown)
    response["HX-Push-Url"] = page_url(request, following)
    return response


def notice(request: HttpRequest, sentence: str, url: str, *, level: str = "error") -> HttpResponseBase:
    """A sentence as a toast (or as a message of the next page)."""
    if not is_fragment(request):
        messages.add_message(request, messages.ERROR if level == "error" else messages.INFO, sentence)
        return redirect(url)
    response = HttpResponse(status=422)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"toast": {"level": level, "text": sentence}})
    return response


def refused(request: HttpRequest, sentence: str, conversation_id: UUID) -> HttpResponseBase:
    """Why a message was not taken, for the bubble it was typed into; what was typed stays there."""
    if not is_fragment(request):
        messages.error(request, sentence)
        return redirect(page_url(request, conversation_id))
    return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")


def bubble(request: HttpRequest, message: Message, conversation: Conversation) -> HttpResponseBase:
    """One line of the thread as the viewer sees it."""
    if not is_fragment(request):
        return redirect(page_url(request, conversation.pk))
    membership = membership_of(request)
    context = {
        "conversation": conversation,
        "membership": membership,
        "slug": membership.organization.slug,
        "can": abilities(membership, conversation),
    }
    return HttpResponse(render_message(message, context))


def not_held(conversation: Conversation) -> str:
    """Why somebody who may answer customers can't answer this one."""
    if not conversation.is_live:
        return _("This conversation is closed. Reopen it to answer.")
    if conversation.assignee is None:
        return _("Take the conversation from the queue before answering.")
    return _("%(name)s is answering this conversation. Leave a note, or ask for a transfer.") % {
        "name": conversation.assignee.name
    }
