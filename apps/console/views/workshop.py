"""Skills, business hours and SLA policies: small named things that departments, queues and agents are made of."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.console.nav import tabs
from apps.console.page import company, go, member, page
from apps.core.events import publish
from apps.organizations.permissions import Perm, requires
from apps.organizations.tenancy import TenantModel
from apps.teams.events import PromisesChanged
from apps.teams.forms import BusinessHoursForm, NamedForm, SkillForm, SlaPolicyForm
from apps.teams.models import BusinessHours, QueueSkill, Skill, SlaPolicy


@dataclass(frozen=True, slots=True)
class Piece:
    """One kind of thing: its model, form, and the names of its pages."""

    kind: str
    model: type[TenantModel]
    form: type[NamedForm]
    listed: str

    @property
    def template(self) -> str:
        return f"console/{self.kind}.html"


SKILL = Piece("skill", Skill, SkillForm, "skills")
HOURS = Piece("hours", BusinessHours, BusinessHoursForm, "hours_list")
SLA = Piece("sla", SlaPolicy, SlaPolicyForm, "sla_list")


def _list(request: HttpRequest, piece: Piece, rows: QuerySet[Any]) -> HttpResponse:
    return page(
        request, f"console/{piece.listed}.html", "teams", rows=rows.order_by("name"), tabs=tabs(request, piece.listed)
    )


def _edit(request: HttpRequest, piece: Piece, piece_id: UUID | None) -> HttpResponse:
    found: Any = get_object_or_404(piece.model, pk=piece_id) if piece_id else None
    kwargs: dict[str, Any] = {"instance": found} if found else {"initial": _initial(request, piece)}
    form = piece.form(request.POST or None, **kwargs)
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record(f"{piece.kind}.saved", actor=member(request), target=saved.name)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return go(request, piece.listed)
    status = 422 if form.is_bound else 200
    context = {"form": form, "found": found, "name": form.initial.get("name"), "tabs": tabs(request, piece.listed)}
    return page(request, piece.template, "teams", status=status, **context)


def _initial(request: HttpRequest, piece: Piece) -> dict[str, Any]:
    return {"time_zone": company(request).time_zone} if piece is HOURS else {}


def _delete(request: HttpRequest, piece: Piece, piece_id: UUID) -> HttpResponse:
    found: Any = get_object_or_404(piece.model, pk=piece_id)
    return delete_unless_used(request, found, piece.kind, piece.listed)


def delete_unless_used(request: HttpRequest, found: Any, kind: str, listed: str) -> HttpResponse:
    """What something else is made of stays, and the page names it."""
    try:
        with transaction.atomic():
            found.delete()
            record(f"{kind}.deleted", actor=member(request), target=found.name)
    except ProtectedError as error:
        told = {"name": found.name, "uses": ", ".join(sorted({_named(row) for row in error.protected_objects}))}
        messages.error(request, _("“%(name)s” is used by: %(uses)s. Choose something else there first.") % told)
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return go(request, listed)


def _named(row: Any) -> str:
    return str(row.queue if isinstance(row, QueueSkill) else row)


@require_safe
@requires(Perm.MANAGE_TEAMS)
def skills(request: HttpRequest, slug: str) -> HttpResponse:
    counts = {"people": Count("members", distinct=True), "queue_count": Count("queues", distinct=True)}
    return _list(request, SKILL, Skill.objects.annotate(**counts))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def skill(request: HttpRequest, slug: str, skill_id: UUID | None = None) -> HttpResponse:
    return _edit(request, SKILL, skill_id)


@require_POST
@requires(Perm.MANAGE_TEAMS)
def skill_delete(request: HttpRequest, slug: str, skill_id: UUID) -> HttpResponse:
    return _delete(request, SKILL, skill_id)


@require_safe
@requires(Perm.MANAGE_TEAMS)
def hours_list(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, HOURS, BusinessHours.objects.prefetch_related("departments", "queues"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def hours(request: HttpRequest, slug: str, hours_id: UUID | None = None) -> HttpResponse:
    return _edit(request, HOURS, hours_id)


@require_POST
@requires(Perm.MANAGE_TEAMS)
def hours_delete(request: HttpRequest, slug: str, hours_id: UUID) -> HttpResponse:
    return _delete(request, HOURS, hours_id)


@require_safe
@requires(Perm.MANAGE_TEAMS)
def sla_list(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, SLA, SlaPolicy.objects.prefetch_related("queues"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def sla(request: HttpRequest, slug: str, policy_id: UUID | None = None) -> HttpResponse:
    return _edit(request, SLA, policy_id)


@require_POST
@requires(Perm.MANAGE_TEAMS)
@transaction.atomic
def sla_switch(request: HttpRequest, slug: str, policy_id: UUID) -> HttpResponse:
    """A policy that is off measures nothing; queues keep it."""
    found = get_object_or_404(SlaPolicy, pk=policy_id)
    found.is_active = not found.is_active
    found.save(update_fields=["is_active"])
    publish(PromisesChanged(found.organization_id))
    record(f"sla.{'activated' if found.is_active else 'deactivated'}", actor=member(request), target=found.name)
    said = _("“%(name)s” is active again.") if found.is_active else _("“%(name)s” is deactivated.")
    messages.success(request, said % {"name": found.name})
    return go(request, "sla_list")


@require_POST
@requires(Perm.MANAGE_TEAMS)
def sla_delete(request: HttpRequest, slug: str, policy_id: UUID) -> HttpResponse:
    return _delete(request, SLA, policy_id)
