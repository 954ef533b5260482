"""A session step by step, on the canvas of the version it ran on."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apps.chatbots.editing import Graph
from apps.chatbots.models import FlowVersion, Session, Step
from apps.chatbots.presenting import facts_by_id, facts_of, name_of
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
    """Each step with its name, the words of the port it left through, and all variables as they were after it. A
    sub-flow's steps stand on another version, and not on this canvas: `flow` names theirs."""
    rows = list(found.steps.order_by("number")[:MOST_STEPS])
    facts = _facts(found, rows)
    variables: dict[str, Any] = {}
    listed = []
    for step in rows:
        variables = variables | step.delta
        name, flow, ports = facts.get((step.version_id, step.node_id), (step.node_id, "", {}))
        told = {"name": name, "flow": flow, "port": ports.get(step.port, "")}
        listed.append({"row": step, "variables": variables, **told})
    return listed


def _facts(found: Session, steps: list[Step]) -> dict[tuple[UUID, str], tuple[str, str, dict[str, str]]]:
    """By version and node: its name, the flow when it is another one, and the labels of its ports if it has several."""
    others = FlowVersion.objects.filter(pk__in={step.version_id for step in steps} - {found.version_id})
    known = {}
    for version in (found.version, *others.select_related("flow")):
        flow = version.flow.name if version.pk != found.version_id else ""
        for node in version.graph["nodes"]:
            ports = {port["name"]: port["label"] for port in facts_of(node)["ports"]}
            known[version.pk, node["id"]] = (name_of(node), flow, ports if len(ports) > 1 else {})
    return known


def _spent(steps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Tokens and cost of all AI calls; None without any."""
    answers = [step["row"].answer for step in steps if "cost_micros" in (step["row"].answer or {})]
    if not answers:
        return None
    tokens = sum(answer["tokens_in"] + answer["tokens_out"] for answer in answers)
    micros = sum(answer["cost_micros"] for answer in answers)
    return {"tokens": tokens, "micros": micros, "currency": answers[0]["currency"]}
