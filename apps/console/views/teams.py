"""Departments and queues."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.console import selectors
from apps.console.nav import tabs
from apps.console.page import go, member, page
from apps.conversations.models import State
from apps.organizations.permissions import Perm, requires
from apps.teams.forms import DepartmentForm, QueueForm, TeamForm
from apps.teams.models import Department, Queue
from apps.teams.overflow import lock_chains


@require_safe
@requires(Perm.MANAGE_TEAMS)
def teams(request: HttpRequest, slug: str) -> HttpResponse:
    waiting = Count("conversations", filter=Q(conversations__state=State.QUEUED), distinct=True)
    people = Count("members", distinct=True)
    queues = (
        Queue.objects.annotate(waiting_count=waiting, people_count=people)
        .select_related("sla_policy", "overflow_queue", "hours")
        .order_by("-is_active", "priority", "name")
    )
    departments = (
        Department.objects.annotate(people_count=people).select_related("hours").order_by("-is_active", "name")
    )
    rows = list(departments.prefetch_related(Prefetch("queues", queues)))
    return page(request, "console/teams.html", "teams", departments=rows, tabs=tabs(request, "teams"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def department_new(request: HttpRequest, slug: str) -> HttpResponse:
    return _edit(request, DepartmentForm(request.POST or None), "department")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def department(request: HttpRequest, slug: str, department_id: UUID) -> HttpResponse:
    found = get_object_or_404(Department, pk=department_id)
    return _edit(request, DepartmentForm(request.POST or None, instance=found), "department")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def queue_new(request: HttpRequest, slug: str) -> HttpResponse:
    return _edit_queue(request, initial={"department": request.GET.get("department")})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def queue(request: HttpRequest, slug: str, queue_id: UUID) -> HttpResponse:
    return _edit_queue(request, instance=get_object_or_404(Queue.objects.select_related("department"), pk=queue_id))


@transaction.atomic
def _edit_queue(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    if request.method == "POST":
        lock_chains()
    return _edit(request, QueueForm(request.POST or None, **kwargs), "queue")


def _edit(request: HttpRequest, form: TeamForm, kind: str) -> HttpResponse:
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record(f"{kind}.saved", actor=member(request), target=saved.name)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return go(request, "teams")
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "found": None if form.instance._state.adding else form.instance,
        "tabs": tabs(request, "teams"),
    }
    return page(request, f"console/{kind}.html", "teams", status=status, **context)


@require_POST
@requires(Perm.MANAGE_TEAMS)
def department_switch(request: HttpRequest, slug: str, department_id: UUID) -> HttpResponse:
    found = get_object_or_404(Department, pk=department_id)
    return _switch(request, found, "department", selectors.department_uses(found))


@require_POST
@requires(Perm.MANAGE_TEAMS)
def queue_switch(request: HttpRequest, slug: str, queue_id: UUID) -> HttpResponse:
    found = get_object_or_404(Queue, pk=queue_id)
    return _switch(request, found, "queue", selectors.queue_uses(found))


@transaction.atomic
def _switch(request: HttpRequest, found: Department | Queue, kind: str, uses: list[str]) -> HttpResponse:
    """Deactivate what is not in use, or activate again."""
    if found.is_active and uses:
        told = {"name": found.name, "uses": "; ".join(uses)}
        messages.error(request, _("“%(name)s” cannot be deactivated: %(uses)s. Move this first.") % told)
        return go(request, "teams")
    found.is_active = not found.is_active
    found.save(update_fields=["is_active"])
    record(f"{kind}.{'activated' if found.is_active else 'deactivated'}", actor=member(request), target=found.name)
    said = _("“%(name)s” is active again.") if found.is_active else _("“%(name)s” is deactivated.")
    messages.success(request, said % {"name": found.name})
    return go(request, "teams")
