"""A session step by step, on the canvas of the version it ran on."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apps.chatbots.editing import Graph
from apps.chatbots.models import Session
from apps.chatbots.presenting import facts_by_id, name_of
from apps.chatbots.views.common import page
from apps.organizations.permissions import Perm, requires

MOST_STEPS = 1_000


def _session_or_404(session_id: UUID) -> Session:
    rows = Session.objects.select_related("version__flow__bot", "conversation__contact")
    return get_object_or_404(rows, pk=session_id)


@require_safe
@requires(Perm.SEE_BOTS)
def session(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    found = _session_or_404(session_id)
    steps = _steps(found)
    return page(request, "session.html", session=found, flow=found.version.flow, steps=steps, spent=_spent(steps))


@require_safe
@requires(Perm.SEE_BOTS)
def session_graph(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """The version as the canvas reads it: `{graph, revision, facts, catalogue}`."""
    graph: Graph = _session_or_404(session_id).version.graph
    return JsonResponse({"graph": graph, "revision": 0, "facts": facts_by_id(graph), "catalogue": {}})


def _steps(found: Session) -> list[dict[str, Any]]:
    """Each step with the name of its node and all variables as they were after it."""
    names = {node["id"]: name_of(node) for node in found.version.graph["nodes"]}
    variables: dict[str, Any] = {}
    listed = []
    for step in found.steps.order_by("number")[:MOST_STEPS]:
        variables = variables | step.delta
        listed.append({"row": step, "name": names.get(step.node_id, step.node_id), "variables": variables})
    return listed


def _spent(steps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Tokens and cost of all AI calls; None without any."""
    answers = [step["row"].answer for step in steps if "cost_micros" in (step["row"].answer or {})]
    if not answers:
        return None
    tokens = sum(answer["tokens_in"] + answer["tokens_out"] for answer in answers)
    micros = sum(answer["cost_micros"] for answer in answers)
    return {"tokens": tokens, "micros": micros, "currency": answers[0]["currency"]}
