"""What the company wants its AI to know."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.ai.forms import SnippetForm
from apps.ai.knowledge import relevant
from apps.ai.models import Snippet
from apps.audit.services import record
from apps.console.page import go, member, page
from apps.organizations.permissions import Perm, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_CONNECTIONS)
def snippets(request: HttpRequest, slug: str) -> HttpResponse:
    """All of them, or those that an AI would be given for `q`."""
    form = SnippetForm(request.POST or None)
    if form.is_valid():
        return _saved(request, form)
    asked = request.GET.get("q", "").strip()[:500]
    rows = relevant(asked) if asked else list(Snippet.objects.order_by("title"))
    return _page(request, "console/snippets.html", form, rows=rows, asked=asked)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_CONNECTIONS)
def snippet(request: HttpRequest, slug: str, snippet_id: UUID) -> HttpResponse:
    found = get_object_or_404(Snippet, pk=snippet_id)
    title = found.title
    form = SnippetForm(request.POST or None, instance=found)
    if form.is_valid():
        return _saved(request, form)
    return _page(request, "console/snippet.html", form, found=found, title=title)


@require_POST
@requires(Perm.MANAGE_CONNECTIONS)
def snippet_delete(request: HttpRequest, slug: str, snippet_id: UUID) -> HttpResponse:
    found = get_object_or_404(Snippet, pk=snippet_id)
    with transaction.atomic():
        record("snippet.deleted", actor=member(request), target=found.title)
        found.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.title})
    return go(request, "snippets")


@transaction.atomic
def _saved(request: HttpRequest, form: SnippetForm) -> HttpResponse:
    saved = form.save()
    record("snippet.saved", actor=member(request), target=saved.title)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved.title})
    return go(request, "snippets")


def _page(request: HttpRequest, template: str, form: SnippetForm, **context: Any) -> HttpResponse:
    return page(request, template, "connections", status=422 if form.is_bound else 200, form=form, **context)
