"""What supervisors set for the inbox: canned replies, tags, the survey after closing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.console.inbox_forms import SurveyForm
from apps.console.page import go, member, page
from apps.contacts.models import Tag
from apps.conversations.canned import MEANINGS
from apps.conversations.inbox_forms import CannedForm, TagForm
from apps.conversations.models import CannedReply, SurveyPolicy
from apps.organizations.ledger import record
from apps.organizations.permissions import Perm, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether customers are asked for a rating when their conversation is resolved."""
    form = SurveyForm(request.POST or None, instance=SurveyPolicy.objects.first())
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record("survey.saved", actor=member(request), target=str(saved))
        messages.success(request, _("The survey is saved."))
        return go(request, "survey")
    return page(request, "console/survey.html", "inbox_settings", status=422 if form.is_bound else 200, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def canned(request: HttpRequest, slug: str) -> HttpResponse:
    """Canned replies of everybody and of departments; one's own are on the desk's page."""
    form = CannedForm(request.POST or None)
    if form.is_valid():
        return _saved(request, form.save(), "canned", _("“%(name)s” is saved."))
    rows = CannedReply.objects.filter(owner=None).select_related("department").order_by("shortcut")
    return _list(request, "console/canned.html", form, rows=rows, variables=MEANINGS)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def canned_edit(request: HttpRequest, slug: str, canned_id: UUID) -> HttpResponse:
    found = get_object_or_404(CannedReply, pk=canned_id, owner=None)
    form = CannedForm(request.POST or None, instance=found)
    if form.is_valid():
        return _saved(request, form.save(), "canned", _("“%(name)s” is saved."))
    return _list(request, "console/canned_edit.html", form, found=found, variables=MEANINGS)


@require_POST
@requires(Perm.MANAGE_TEAMS)
def canned_delete(request: HttpRequest, slug: str, canned_id: UUID) -> HttpResponse:
    return _deleted(request, get_object_or_404(CannedReply, pk=canned_id, owner=None), "canned")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def tags(request: HttpRequest, slug: str) -> HttpResponse:
    """Labels for contacts and conversations."""
    form = TagForm(request.POST or None)
    if form.is_valid():
        return _saved(request, form.save(), "tags", _("“%(name)s” is saved."))
    return _list(request, "console/tags.html", form, rows=Tag.objects.order_by("name"))


@require_POST
@requires(Perm.MANAGE_TEAMS)
def tag_delete(request: HttpRequest, slug: str, tag_id: UUID) -> HttpResponse:
    return _deleted(request, get_object_or_404(Tag, pk=tag_id), "tags")


def _list(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return page(request, template, "inbox_settings", status=status, form=form, **context)


def _saved(request: HttpRequest, saved: Any, back: str, said: str) -> HttpResponse:
    record(f"{back}.saved", actor=member(request), target=str(saved))
    messages.success(request, said % {"name": saved})
    return go(request, back)


def _deleted(request: HttpRequest, found: Any, back: str) -> HttpResponse:
    with transaction.atomic():
        record(f"{back}.deleted", actor=member(request), target=str(found))
        found.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found})
    return go(request, back)
