"""Database connections: settings, a test, and a tester for queries."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.console.page import delete_or_say, go, member, page
from apps.datasources import query, services
from apps.datasources.errors import DatasourceError
from apps.datasources.forms import ConnectionForm, QueryForm
from apps.datasources.models import Connection
from apps.datasources.usage import uses
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.MANAGE_CONNECTIONS)
def databases(request: HttpRequest, slug: str) -> HttpResponse:
    return page(request, "console/databases.html", "connections", rows=list(Connection.objects.order_by("name")))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_CONNECTIONS)
def database(request: HttpRequest, slug: str, connection_id: UUID | None = None) -> HttpResponse:
    found = get_object_or_404(Connection, pk=connection_id) if connection_id else None
    form = ConnectionForm(request.POST or None, request.FILES or None, instance=found)
    name = found.name if found else ""
    if form.is_valid():
        given = {"password": form.cleaned_data["password"], "upload": form.cleaned_data["upload"]}
        saved = services.save(form.save(commit=False), actor=member(request), **given)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return go(request, "database", connection_id=saved.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "found": found, "name": name, "uses": uses.of(found) if found else []}
    return page(request, "console/database.html", "connections", status=status, **context)


@require_POST
@requires(Perm.MANAGE_CONNECTIONS)
def database_test(request: HttpRequest, slug: str, connection_id: UUID) -> HttpResponse:
    found = get_object_or_404(Connection, pk=connection_id)
    problem = query.test(found)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("“%(name)s” answers.") % {"name": found.name})
    return go(request, "database", connection_id=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_CONNECTIONS)
def database_query(request: HttpRequest, slug: str, connection_id: UUID) -> HttpResponse:
    """The answer as a table, or the sentence that says what is wrong with the query."""
    found = get_object_or_404(Connection, pk=connection_id)
    form = QueryForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "found": found, "answer": None}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            context["answer"] = query.run(found, form.cleaned_data["query"], form.cleaned_data["params"])
            status = 200
        except DatasourceError as error:
            form.add_error("query", error.sentence)
    return page(request, "console/database_query.html", "connections", status=status, **context)


@require_POST
@requires(Perm.MANAGE_CONNECTIONS)
def database_delete(request: HttpRequest, slug: str, connection_id: UUID) -> HttpResponse:
    found = get_object_or_404(Connection, pk=connection_id)
    gone = delete_or_say(request, found, lambda: services.delete(found, actor=member(request)))
    return go(request, "databases") if gone else go(request, "database", connection_id=connection_id)
