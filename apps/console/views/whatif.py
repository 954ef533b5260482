"""Queue what-if: scenarios of a past week, their changes, and what would have come of them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.console import whatif_words as words
from apps.console.nav import tabs
from apps.console.page import company, go, member, page
from apps.organizations.permissions import Perm, requires
from apps.routing.models import Scenario
from apps.routing.whatif import running
from apps.routing.whatif.forms import ChangeForms, ScenarioForm, week_label
from apps.teams.models import Queue

MOST_LISTED = 200


@require_safe
@requires(Perm.MANAGE_TEAMS)
def scenarios(request: HttpRequest, slug: str) -> HttpResponse:
    found = list(Scenario.objects.select_related("author__user").order_by("-asked_at", "-pk")[:MOST_LISTED])
    names = _names()
    rows = [
        {"scenario": each, "week": week_label(each.week), "changes": _all_changes(each, names), **_headline(each)}
        for each in found
    ]
    under_way = any(each.is_under_way for each in found)
    return _page(request, "console/scenarios.html", rows=rows, under_way=under_way)


def _headline(scenario: Scenario) -> dict[str, str]:
    """The median waits of all queues, without and with the changes."""
    if not scenario.result:
        return {}
    whole = scenario.result["all"]
    return {"before": words.in_words(whole["replayed"]["median"]), "after": words.in_words(whole["changed"]["median"])}


def _names() -> dict[str, str]:
    return {str(pk): name for pk, name in Queue.objects.values_list("pk", "name")}


def _all_changes(scenario: Scenario, names: dict[str, str]) -> list[str]:
    changed = scenario.changes.items()
    return [f"{names[pk]}: {', '.join(words.change_words(change, names))}" for pk, change in changed if pk in names]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def scenario_edit(request: HttpRequest, slug: str, scenario_id: UUID | None = None) -> HttpResponse:
    found = get_object_or_404(Scenario, pk=scenario_id) if scenario_id else None
    data = request.POST or None
    form = ScenarioForm(data, instance=found, organization=company(request))
    cards = ChangeForms(data, found.changes if found else {})
    if data is not None and all([form.is_valid(), cards.is_valid()]):
        scenario = _save(request, form, cards)
        return go(request, "scenario", scenario_id=scenario.pk)
    status = 422 if form.is_bound else 200
    return _page(request, "console/scenario_edit.html", status=status, form=form, cards=cards.forms, found=found)


@transaction.atomic
def _save(request: HttpRequest, form: ScenarioForm, cards: ChangeForms) -> Scenario:
    scenario: Scenario = form.save(commit=False)
    scenario.week, scenario.changes = form.cleaned_data["week"], cards.changes()
    scenario.author = scenario.author or member(request)
    running.ask(scenario)
    record("scenario.saved", actor=member(request), target=scenario.name)
    return scenario


@require_safe
@requires(Perm.MANAGE_TEAMS)
def scenario(request: HttpRequest, slug: str, scenario_id: UUID) -> HttpResponse:
    found = get_object_or_404(Scenario, pk=scenario_id)
    names = _names()
    context: dict[str, Any] = {"found": found, "week": week_label(found.week), "changes": _all_changes(found, names)}
    if found.result:
        context |= _results(request, found, names)
    return _page(request, "console/scenario.html", **context)


def _results(request: HttpRequest, found: Scenario, names: dict[str, str]) -> dict[str, Any]:
    wanted = request.GET.get("queue", "")
    result: dict[str, Any] = found.result or {}
    came = [row for row in result["queues"] if any(row[name]["arrivals"] for name in words.COLUMNS)]
    shown = next((row for row in came if row["id"] == wanted), None)
    row = shown or result["all"]
    return {
        "queues": came,
        "shown": shown,
        "arrivals": row["happened"]["arrivals"],
        "measures": words.measures(row),
        "hours": words.hours(row),
        "grids": _grids(request, row),
        "beside": _beside(request),
        "days": [
            date_format(date(2024, 1, day), "l")[:3].capitalize() for day in range(1, 8)
        ],  # a Monday, and what follows
        "sentences": words.sentences(found, names),
    }


def _beside(request: HttpRequest) -> str:
    return "replayed" if request.GET.get("beside") == "replayed" else "happened"


def _grids(request: HttpRequest, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Two weeks side by side: what the changes would do, and what they are held against."""
    titles = {"happened": _("What happened"), "replayed": _("Replay, unchanged"), "changed": _("With the changes")}
    return [
        {"name": name, "title": titles[name], "rows": words.grid(row, name)} for name in (_beside(request), "changed")
    ]


@require_POST
@requires(Perm.MANAGE_TEAMS)
@transaction.atomic
def scenario_rerun(request: HttpRequest, slug: str, scenario_id: UUID) -> HttpResponse:
    found = get_object_or_404(Scenario.objects.select_for_update(), pk=scenario_id)
    if not found.is_under_way:
        running.ask(found)
    return go(request, "scenario", scenario_id=found.pk)


@require_POST
@requires(Perm.MANAGE_TEAMS)
def scenario_stop(request: HttpRequest, slug: str, scenario_id: UUID) -> HttpResponse:
    found = get_object_or_404(Scenario, pk=scenario_id)
    if running.stop(found):
        messages.success(request, _("“%(name)s” is stopped.") % {"name": found.name})
    return go(request, "scenario", scenario_id=found.pk)


@require_POST
@requires(Perm.MANAGE_TEAMS)
@transaction.atomic
def scenario_delete(request: HttpRequest, slug: str, scenario_id: UUID) -> HttpResponse:
    found = get_object_or_404(Scenario, pk=scenario_id)
    found.delete()
    record("scenario.deleted", actor=member(request), target=found.name)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return go(request, "scenarios")


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return page(request, template, "teams", tabs=tabs(request, "scenarios"), **context)
