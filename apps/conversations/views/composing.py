"""Dialogs that put a message together: what is asked for, how it will look, and sending it through the one door."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.conversations import sending
from apps.conversations.composing import templates as picking
from apps.conversations.composing.interactive import FORMS, ComposeForm
from apps.conversations.composing.templates import TemplateForm
from apps.conversations.forms import FormatForm
from apps.conversations.models import CardFile, Conversation, Direction, Message, MessageKind
from apps.conversations.pages import membership_of, visible_or_404
from apps.conversations.rendering import abilities
from apps.conversations.sending import Draft, NotSent
from apps.conversations.views.answers import bubble, form_answer, is_fragment, not_held, notice, page_url
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.models import Template

WORDS = 80


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def compose(request: HttpRequest, slug: str, conversation_id: UUID, kind: str) -> HttpResponseBase:
    """The form of one kind of message, and sending it."""
    conversation = visible_or_404(request, conversation_id)
    form = _form_of(kind)(request.POST or None, request.FILES or None)
    url = reverse("conversations:compose-preview", args=[slug, conversation_id, kind])
    return _dialog(request, conversation, form, {"preview_url": url, "kind": kind})


@require_POST
@requires(Perm.REPLY)
def preview(request: HttpRequest, slug: str, conversation_id: UUID, kind: str) -> HttpResponseBase:
    visible_or_404(request, conversation_id)
    return _shown(request, _form_of(kind)(request.POST))


def _form_of(kind: str) -> type[ComposeForm]:
    if kind not in FORMS:
        raise Http404
    return FORMS[kind]


@require_GET
@requires(Perm.REPLY)
def templates(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """The picker; `?results` gives its rows alone, `?inline` its place in the composer."""
    conversation = visible_or_404(request, conversation_id)
    asked = {
        name: request.GET.get(name, "").strip()[:WORDS].replace("\x00", "") for name in ("q", "language", "category")
    }
    context = {
        **asked,
        "conversation": conversation,
        "found": picking.search(conversation, words=asked["q"], language=asked["language"], category=asked["category"]),
        "inline": "inline" in request.GET,
    }
    if is_fragment(request) and "results" in request.GET:
        return TemplateResponse(request, "conversations/_template_results.html", context)
    context |= {"languages": picking.languages(conversation), "categories": Template.Category.choices}
    return form_answer(request, "conversations/_template_picker.html", context, title=_("Choose a template"))


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def template(request: HttpRequest, slug: str, conversation_id: UUID, template_id: UUID) -> HttpResponseBase:
    """One template: its gaps, its preview, and sending it."""
    conversation = visible_or_404(request, conversation_id)
    form = TemplateForm(_template_or_404(conversation, template_id), request.POST or None, request.FILES or None)
    url = reverse("conversations:template-preview", args=[slug, conversation_id, template_id])
    context = {"preview_url": url, "template": form.template, "plan": form.plan}
    return _dialog(request, conversation, form, context | {"known_words": _known_words(request, conversation)})


def _known_words(request: HttpRequest, conversation: Conversation) -> list[str]:
    """What gaps are most often filled with: the customer's first and whole name, one's own name."""
    name = conversation.contact.display_name
    return list(dict.fromkeys(words for words in (name.split(" ")[0], name, membership_of(request).name) if words))


@require_POST
@requires(Perm.REPLY)
def template_preview(request: HttpRequest, slug: str, conversation_id: UUID, template_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    return _shown(request, TemplateForm(_template_or_404(conversation, template_id), request.POST))


def _template_or_404(conversation: Conversation, template_id: UUID) -> Template:
    """Only what may go out on this number: another account's, another company's and unapproved ones are not there."""
    found = picking.templates_of(conversation).filter(pk=template_id).first()
    if found is None:
        raise Http404
    return found


@require_POST
@requires(Perm.REPLY)
def formatted(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """The composer's text as the customer will read it."""
    visible_or_404(request, conversation_id)
    form = FormatForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    return TemplateResponse(request, "conversations/_formatted.html", {"text": text})


# -- what they share ---------------------------------------------------------------------------------------------------


def _dialog(
    request: HttpRequest, conversation: Conversation, form: ComposeForm, context: dict[str, object]
) -> HttpResponseBase:
    if not abilities(membership_of(request), conversation)["reply"]:
        return notice(request, not_held(conversation), page_url(request, conversation.pk))
    if request.method == "POST" and form.is_valid():
        message = _send(request, conversation, form)
        if message is not None:
            return _sent(request, message, conversation)
    shown = {**context, "form": form, "conversation": conversation, "message": _draft_message(form)}
    status = 422 if form.is_bound else 200
    return form_answer(request, "conversations/_compose.html", shown, title=_("Write a message"), status=status)


def _send(request: HttpRequest, conversation: Conversation, form: ComposeForm) -> Message | None:
    """None when it was refused: the form then says why, and keeps what was typed."""
    try:
        draft = form.draft()
    except ValidationError as error:
        form.add_error("file" if "file" in form.fields else None, error)
        return None
    try:
        return _store(conversation, draft, form, membership_of(request))
    except NotSent as error:
        for stored in filter(None, (draft.media, *form.card_files)):
            stored.delete()
        form.card_files = ()
        form.add_error(None, error.messages[0])
        return None


@transaction.atomic
def _store(conversation: Conversation, draft: Draft, form: ComposeForm, author: Membership) -> Message:
    message = sending.send(conversation.pk, draft, author=author)
    CardFile.objects.keep(message, form.card_files)
    return message


def _sent(request: HttpRequest, message: Message, conversation: Conversation) -> HttpResponseBase:
    """The page puts the bubble where it belongs, whether this or the socket comes first."""
    answer = bubble(request, message, conversation)
    answer["HX-Reswap"] = "none"
    answer["HX-Trigger-After-Settle"] = "modal:close"
    return answer


def _shown(request: HttpRequest, form: ComposeForm) -> HttpResponseBase:
    form.is_valid()
    return TemplateResponse(request, "conversations/_preview.html", {"message": _draft_message(form), "form": form})


def _draft_message(form: ComposeForm) -> Message:
    """What is being typed as the message it would become; never stored."""
    kind = form.kind.value
    return Message(
        direction=Direction.OUT,
        kind=MessageKind(kind) if kind in MessageKind.values else MessageKind.INTERACTIVE,
        text=form.text,
        payload={**form.content(), "send": kind},
        occurred_at=now(),
    )
