"""The inbox's details: snooze, scheduled messages, tags, the contact, unsent texts, canned replies, views."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.conversations import canned as canned_replies
from apps.conversations import live, mentions, saved, scheduling, snoozing
from apps.conversations.inbox_forms import ContactForm, ScheduleForm, SnoozeForm, TagsForm
from apps.conversations.models import Conversation, SavedView, Unsent
from apps.conversations.pages import membership_of, thread_context, visible_or_404
from apps.conversations.rendering import abilities
from apps.conversations.views.answers import act, form_answer, is_fragment, notice, page_url
from apps.core.clock import now
from apps.core.text import clean_text
from apps.organizations.permissions import Perm, requires

UNSENT_LENGTH = 4096


def _held(request: HttpRequest, conversation_id: UUID) -> tuple[Conversation, HttpResponseBase | None]:
    """The conversation, and a refusal when this viewer may not act in it."""
    conversation = visible_or_404(request, conversation_id)
    if abilities(membership_of(request), conversation)["reply"]:
        return conversation, None
    sentence = _("Only who holds this conversation can do that.")
    return conversation, notice(request, sentence, page_url(request, conversation_id))


def _dialog(
    request: HttpRequest, name: str, title: str, conversation: Conversation, form: BaseForm, **more: Any
) -> HttpResponseBase:
    context = {"conversation": conversation, "form": form, **more}
    status = 422 if form.is_bound else 200
    response = form_answer(request, f"conversations/{name}", context, title=title, status=status)
    if form.is_bound:
        response["HX-Retarget"] = "#modal-content"
    return response


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def snooze(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation, refusal = _held(request, conversation_id)
    form = SnoozeForm(request.POST or None)
    if refusal:
        return refusal
    if not form.is_valid():
        return _dialog(
            request, "_snooze.html", _("Snooze the conversation"), conversation, form, presets=snoozing.presets()
        )
    note = form.cleaned_data["note"]
    try:
        snoozing.snooze(conversation_id, actor=membership_of(request), until=form.moment, note=note)
    except ValidationError as error:
        return notice(request, error.messages[0], page_url(request, conversation_id))
    return _put_away(request, slug)


def _put_away(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The list without the conversation: one that stays open would be read as soon as it returns."""
    inbox = reverse("desk:inbox", kwargs={"slug": slug})
    if not is_fragment(request):
        return redirect(inbox)
    response = TemplateResponse(request, "conversations/_no_thread.html")
    response["HX-Trigger"], response["HX-Push-Url"] = "modal:close", inbox
    return response


@require_POST
@requires(Perm.REPLY)
def wake(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    _conversation, refusal = _held(request, conversation_id)
    actor = membership_of(request)
    return refusal or act(request, conversation_id, lambda: snoozing.wake(conversation_id, actor=actor))


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def schedule(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """The messages of this conversation that go out later, and a form for one more."""
    conversation, refusal = _held(request, conversation_id)
    if refusal:
        return refusal
    form = ScheduleForm(request.POST or None)
    if form.is_valid():
        try:
            scheduling.schedule(conversation, author=membership_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form = ScheduleForm()
    pending = scheduling.pending(conversation)
    return _dialog(request, "_schedule.html", _("Scheduled messages"), conversation, form, pending=pending)


@require_POST
@requires(Perm.REPLY)
def schedule_cancel(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation, refusal = _held(request, conversation_id)
    if refusal:
        return refusal
    try:
        gone = scheduling.cancel(conversation, UUID(request.POST.get("scheduled", "")))
    except ValueError:
        gone = False
    if not gone:
        return notice(request, _("This message has gone out already."), page_url(request, conversation_id))
    pending = scheduling.pending(conversation)
    return _dialog(request, "_schedule.html", _("Scheduled messages"), conversation, ScheduleForm(), pending=pending)


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def tags(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    conversation = visible_or_404(request, conversation_id)
    form = TagsForm(request.POST if request.method == "POST" else None, initial={"tags": conversation.tags.all()})
    if not form.is_valid():
        return _dialog(request, "_tags.html", _("Tags of the conversation"), conversation, form)
    conversation.tags.set(form.cleaned_data["tags"])
    return _changed(request, conversation)


@require_http_methods(["GET", "POST"])
@requires(Perm.REPLY)
def contact_edit(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """The contact beside the thread: a form in the panel's place, then the panel."""
    conversation = visible_or_404(request, conversation_id)
    form = ContactForm(request.POST or None, instance=conversation.contact)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"conversation": conversation, "form": form}
        title = _("Edit the contact")
        return form_answer(request, "conversations/_contact_form.html", context, title=title, status=status)
    form.save()
    return _changed(request, conversation)


def _changed(request: HttpRequest, conversation: Conversation) -> HttpResponseBase:
    """The row has new words: it is pushed; the one who changed it gets the panel."""
    Conversation.objects.filter(pk=conversation.pk).update(version=F("version") + 1)
    live.push_rows([conversation])
    if not is_fragment(request):
        return redirect(page_url(request, conversation.pk))
    fresh = visible_or_404(request, conversation.pk)
    response = TemplateResponse(request, "conversations/_contact_panel.html", thread_context(request, fresh))
    response["HX-Trigger"] = "modal:close"
    return response


@require_POST
@requires(Perm.REPLY)
def unsent(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """Keep what is typed and not sent; nothing typed keeps nothing."""
    conversation = visible_or_404(request, conversation_id)
    typed = {name: clean_text(request.POST.get(name, ""))[:UNSENT_LENGTH] for name in ("reply", "note")}
    mine: dict[str, Any] = {"conversation": conversation, "member": membership_of(request)}
    if any(text.strip() for text in typed.values()):
        Unsent.objects.update_or_create(**mine, defaults={**typed, "changed_at": now()})
    else:
        Unsent.objects.filter(**mine).delete()
    return HttpResponse(status=204)


@require_GET
@requires(Perm.REPLY)
def canned(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """Canned replies for what was typed after the slash, filled for this conversation."""
    conversation, membership = visible_or_404(request, conversation_id), membership_of(request)
    words = request.GET.get("q", "")[:40].replace("\x00", "")
    options = [
        {"label": f"/{row.shortcut}", "text": canned_replies.fill(row.text, conversation, membership)}
        for row in canned_replies.search(membership, words)
    ]
    return TemplateResponse(request, "conversations/_suggestions.html", {"options": options, "kind": "canned"})


@require_GET
@requires(Perm.REPLY)
def colleagues(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Whom a note may mention."""
    words = request.GET.get("q", "")[:40].replace("\x00", "")
    found = mentions.colleagues(membership_of(request), words)
    options = [{"label": each.name, "text": f"@{each.name}", "role": each.get_role_display()} for each in found]
    return TemplateResponse(request, "conversations/_suggestions.html", {"options": options, "kind": "mention"})


@require_POST
def view_keep(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Keep the filters that the list shows as a view."""
    membership = membership_of(request)
    try:
        saved.keep(membership, request.POST.get("name", ""), request.POST)
    except ValidationError as error:
        return notice(request, error.messages[0], request.headers.get("Referer", "/"))
    return _views(request)


@require_POST
def view_delete(request: HttpRequest, slug: str, view_id: UUID) -> HttpResponseBase:
    gone, _rows = SavedView.objects.filter(owner=membership_of(request), pk=view_id).delete()
    if not gone:
        raise Http404
    return _views(request)


def _views(request: HttpRequest) -> HttpResponseBase:
    views = saved.of_member(membership_of(request))
    return TemplateResponse(request, "conversations/_views.html", {"views": views})
