"""Pull, assign and transfer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.conversations.models import Conversation
from apps.conversations.pages import membership_of, visible_or_404
from apps.conversations.rendering import abilities
from apps.conversations.views.answers import act, is_fragment, notice, page_url, thread_answer
from apps.organizations.permissions import Perm, requires
from apps.routing import services
from apps.routing.forms import AssignForm, TransferForm


@require_POST
@requires(Perm.REPLY)
def pull(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The next waiting conversation, or the one named in `conversation`."""
    membership = membership_of(request)
    inbox = reverse("desk:inbox", kwargs={"slug": slug})
    try:
        wanted = request.POST.get("conversation")
        pulled = _take(request, UUID(wanted)) if wanted else services.pull(membership)
    except (ValidationError, ValueError) as error:
        sentence = error.messages[0] if isinstance(error, ValidationError) else _("Choose a conversation.")
        return notice(request, sentence, inbox)
    if pulled is None:
        sentence = _("The queue is empty. New conversations appear here by themselves.")
        return notice(request, sentence, inbox, level="info")
    response = thread_answer(request, visible_or_404(request, pulled.pk))
    if is_fragment(request):
        response["HX-Push-Url"] = page_url(request, pulled.pk)
        response["HX-Trigger-After-Settle"] = '{"inbox:tab": "mine"}'
    return response


def _take(request: HttpRequest, conversation_id: UUID) -> Conversation:
    visible_or_404(request, conversation_id)
    return services.take(conversation_id, membership=membership_of(request))


@require_http_methods(["GET", "POST"])
@requires(Perm.ASSIGN)
def assign(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    form = AssignForm(request.POST or None)
    actor = membership_of(request)
    return _dialog(
        request,
        conversation,
        form,
        _("Assign the conversation"),
        lambda data: services.assign(conversation_id, to=data["to"], actor=actor, note=data["note"]),
    )


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def transfer(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    if not abilities(membership_of(request), conversation)["transfer"]:
        return notice(request, _("Only who holds a conversation can transfer it."), page_url(request, conversation_id))
    form = TransferForm(request.POST or None)
    actor = membership_of(request)
    return _dialog(
        request,
        conversation,
        form,
        _("Transfer the conversation"),
        lambda data: _send_on(conversation_id, *data["to"], actor=actor, note=data["note"]),
    )


def _send_on(conversation_id: UUID, kind: str, row: Any, **how: Any) -> Conversation:
    if kind == "agent":
        return services.transfer_to_agent(conversation_id, to=row, **how)
    if kind == "department":
        return services.transfer_to_department(conversation_id, department=row, **how)
    return services.transfer(conversation_id, queue=row, **how)


def _dialog(
    request: HttpRequest,
    conversation: Conversation,
    form: Form,
    title: str,
    action: Callable[[dict[str, Any]], object],
) -> HttpResponseBase:
    """A form in a dialog (or on a page of its own), then the thread."""
    if request.method == "POST" and form.is_valid():
        return act(request, conversation.pk, lambda: action(form.cleaned_data))
    template = "routing/_dialog.html" if is_fragment(request) else "routing/dialog.html"
    context = {"form": form, "title": title, "conversation": conversation}
    response = TemplateResponse(request, template, context, status=422 if form.is_bound else 200)
    if form.is_bound:
        response["HX-Retarget"] = "#modal-content"
    return response
