"""What agents do in a conversation."""

from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.conversations import closing, sending, services
from apps.conversations.forms import ReplyForm, UploadForm
from apps.conversations.models import Conversation, Direction, Message
from apps.conversations.pages import membership_of, visible_or_404
from apps.conversations.rendering import abilities
from apps.conversations.sending import Draft, NotSent
from apps.conversations.views.answers import act, bubble, not_held, notice, page_url, refused
from apps.core.ids import as_uuid
from apps.media.services import store_upload
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.providers.base import SendKind


@require_POST
@requires(Perm.REPLY)
def send(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return refused(request, _first_error(form), conversation_id)
    data = form.cleaned_data
    return _send(request, conversation, Draft(data["client_id"], text=data["text"], reply_to_id=data["reply_to"]))


@require_POST
@requires(Perm.REPLY)
def upload(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return refused(request, _first_error(form), conversation_id)
    try:
        draft = _file_draft(form.cleaned_data)
    except ValidationError as error:
        return refused(request, error.messages[0], conversation_id)
    return _send(request, conversation, draft)


def _file_draft(data: dict[str, Any]) -> Draft:
    stored = store_upload(data["file"])
    content: dict[str, Any] = {"filename": stored.name} if stored.kind == "document" else {}
    if stored.kind == "audio" and data["voice"]:
        content["voice"] = True
    return Draft(data["client_id"], SendKind(stored.kind), data["text"], content, stored, data["reply_to"])


def _send(request: HttpRequest, conversation: Conversation, draft: Draft) -> HttpResponseBase:
    if not abilities(membership_of(request), conversation)["reply"] and conversation.is_live:
        return refused(request, not_held(conversation), conversation.pk)
    try:
        message = sending.send(conversation.pk, draft, author=membership_of(request))
    except NotSent as error:
        return refused(request, error.messages[0], conversation.pk)
    return bubble(request, message, conversation)


def _first_error(form: Form) -> str:
    return str(next(iter(form.errors.values()))[0])


@require_POST
@requires(Perm.REPLY)
def note(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return refused(request, _first_error(form), conversation_id)
    text, client_id = form.cleaned_data["text"], form.cleaned_data["client_id"]
    try:
        line = services.add_note(conversation, author=membership_of(request), text=text, client_id=client_id)
    except ValidationError as error:
        return refused(request, error.messages[0], conversation_id)
    return bubble(request, line, conversation)


@require_POST
@requires(Perm.REPLY)
def react(request: HttpRequest, slug: str, message_id: UUID) -> HttpResponseBase:
    """React to a received message; an empty emoji takes the reaction back."""
    message, conversation = _message_or_404(request, message_id)
    emoji = request.POST.get("emoji", "")[:16]
    draft = Draft(uuid4(), SendKind.REACTION, content={"wamid": message.wamid or "", "emoji": emoji})
    if message.direction != Direction.IN or not abilities(membership_of(request), conversation)["reply"]:
        return notice(request, _("You can't react here."), page_url(request, conversation.pk))
    try:
        sending.send(conversation.pk, draft, author=membership_of(request))
    except NotSent as error:
        return notice(request, error.messages[0], page_url(request, conversation.pk))
    services.show_own_reaction(message, emoji)
    return bubble(request, message, conversation)


@require_POST
@requires(Perm.REPLY)
def resend(request: HttpRequest, slug: str, message_id: UUID) -> HttpResponseBase:
    message, conversation = _message_or_404(request, message_id)
    try:
        sending.resend(message.pk, author=membership_of(request))
    except NotSent as error:
        return notice(request, error.messages[0], page_url(request, conversation.pk))
    message.refresh_from_db()
    return bubble(request, message, conversation)


def _message_or_404(request: HttpRequest, message_id: UUID) -> tuple[Message, Conversation]:
    message = Message.objects.for_thread().filter(pk=message_id).first()
    if message is None:
        raise Http404
    return message, visible_or_404(request, message.conversation_id)


@require_POST
@requires(Perm.REPLY)
def close(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    if conversation.is_live and not abilities(membership_of(request), conversation)["close"]:
        return notice(request, not_held(conversation), page_url(request, conversation_id))
    outcome = request.POST.get("outcome", "")
    actor = membership_of(request)
    following = as_uuid(request.POST.get("following", ""))
    return act(
        request,
        conversation_id,
        lambda: closing.close(conversation_id, actor=actor, outcome=outcome),
        following=following,
    )


@require_POST
@requires(Perm.REPLY)
def reopen(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    visible_or_404(request, conversation_id)
    actor = membership_of(request)
    return act(request, conversation_id, lambda: closing.reopen(conversation_id, actor=actor))
