"""Counters of a version: on its canvas, beside the draft's canvas, and as a table in the outline."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apps.chatbots.editing import Graph
from apps.chatbots.figures import Figures, count
from apps.chatbots.models import Flow, FlowVersion
from apps.chatbots.presenting import facts_by_id, rows
from apps.chatbots.views.common import flow_or_404, is_fragment, page
from apps.core import periods
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.SEE_BOTS)
def figures(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    """`?version=<number>&period=<key>`: the newest version, 30 days, unless they say otherwise."""
    flow = flow_or_404(flow_id)
    template = "_figures.html" if is_fragment(request) else "figures.html"
    return page(request, template, flow=flow, in_drawer=is_fragment(request), **figures_of(request, flow))


@require_safe
@requires(Perm.SEE_BOTS)
def version_graph(request: HttpRequest, slug: str, flow_id: UUID, version_id: UUID) -> HttpResponse:
    """The version as the canvas reads it: `{graph, revision, facts, catalogue}`."""
    graph: Graph = get_object_or_404(FlowVersion, pk=version_id, flow=flow_id).graph
    return JsonResponse({"graph": graph, "revision": 0, "facts": facts_by_id(graph), "catalogue": {}})


def figures_of(request: HttpRequest, flow: Flow) -> dict[str, Any]:
    """What `_figures.html` needs; without a version there is nothing to count."""
    versions = list(flow.versions.defer("graph").order_by("-number"))
    wanted = request.GET.get("version", "")
    version = next((each for each in versions if str(each.number) == wanted), versions[0] if versions else None)
    period = periods.chosen(request, default=periods.MONTH)
    chosen = {"version": version, "versions": versions, "period": period, "periods": periods.ALL}
    if version is None:
        return chosen
    counted = count(version, period.begins_at)
    return {**chosen, "figures": [_row(row, counted.get(row["id"], Figures())) for row in rows(version.graph)]}


def _row(row: dict[str, Any], found: Figures) -> dict[str, Any]:
    ports = [{**port, "left": found.left.get(port["name"], 0)} for port in row["ports"]]
    return {"id": row["id"], "name": row["name"], "icon": row["facts"]["icon"], "found": found, "ports": ports}
