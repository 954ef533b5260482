"""Agents: who is there, how much they hold, what they can do."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.console import selectors
from apps.console.nav import tabs
from apps.console.page import go, member, page
from apps.organizations.permissions import Perm, requires
from apps.teams.forms import AgentForm, TeamSettingsForm, people_who_answer
from apps.teams.rendering import presence_of
from apps.teams.services import team_settings


@require_safe
@requires(Perm.MANAGE_TEAMS)
def agents(request: HttpRequest, slug: str) -> HttpResponse:
    return _agents_page(request, TeamSettingsForm(instance=team_settings()))


def _agents_page(request: HttpRequest, form: TeamSettingsForm, status: int = 200) -> HttpResponse:
    defaults = team_settings()
    context = {"people": selectors.agents_rows(), "form": form, "defaults": defaults, "tabs": tabs(request, "agents")}
    return page(request, "console/agents.html", "teams", status=status, **context)


@require_POST
@requires(Perm.MANAGE_TEAMS)
def defaults(request: HttpRequest, slug: str) -> HttpResponse:
    form = TeamSettingsForm(request.POST, instance=team_settings())
    if not form.is_valid():
        return _agents_page(request, form, status=422)
    with transaction.atomic():
        form.save()
        record("team.defaults_saved", actor=member(request), **form.cleaned_data)
    messages.success(request, _("Settings saved."))
    return go(request, "agents")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def agent(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Skills and capacity of one member."""
    person = get_object_or_404(people_who_answer(), pk=membership_id)
    form = AgentForm(request.POST or None, instance=presence_of(person), default_capacity=team_settings().capacity)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            record("agent.saved", actor=member(request), target=person.name)
        messages.success(request, _("“%(name)s” is saved.") % {"name": person.name})
        return go(request, "agents")
    status = 422 if form.is_bound else 200
    return page(
        request, "console/agent.html", "teams", status=status, form=form, person=person, tabs=tabs(request, "agents")
    )
