"""A step with its form, and the outline around it."""

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse

from apps.chatbots import secrets, services
from apps.chatbots.browsing import names
from apps.chatbots.editing import Graph, Step, next_of
from apps.chatbots.forms import SampleForm
from apps.chatbots.models import Flow
from apps.chatbots.nodes import KINDS
from apps.chatbots.nodes.script import Script
from apps.chatbots.presenting import Facts, facts_of, named, palette, rows
from apps.chatbots.views.common import page


def form_of(step: Step, data: Any = None) -> Form:
    """The form of the step's kind, with its answers, or bound to `data`."""
    kind = KINDS.get(step["kind"])
    return kind.form_class(data, initial=step["fields"]) if kind else Form(data)


def context_of(flow: Flow, graph: Graph, step: Step, form: Form) -> dict[str, Any]:
    """What `_node.html` needs. Ports follow the answers that are saved."""
    problems = [each for each in services.problems(flow) if each.node_id == step["id"]]
    targets = next_of(graph, step["id"])
    facts, kind = facts_of(step, problems), KINDS.get(step["kind"])
    return {
        "step": step,
        "form": form,
        "facts": facts,
        "problems": [] if form.is_bound else facts["problems"],
        "ports": [{**port, "target": targets.get(port["name"], "")} for port in facts["ports"]],
        "steps": [row for row in rows(graph) if row["id"] != step["id"] and row["facts"]["kind"] != "start"],
        "revision": flow.draft_revision,
        "words": names(graph) if kind is Script else [],
        "secrets": secrets.usable() if kind and kind.takes_secrets else None,
        "sample_form": SampleForm() if kind and kind.group == "outside" else None,
    }


def show(request: HttpRequest, flow: Flow, *, status: int = 200, **context: Any) -> HttpResponse:
    """The outline, with the form of a step when `context` brings one."""
    found = services.problems(flow)
    listed = rows(flow.draft, found)
    shared = {"flow": flow, "rows": listed, "palette": palette(), "revision": flow.draft_revision}
    shared["to_solve"] = named(flow.draft, found)
    places = _places(listed, str(context.get("step", {}).get("id", "")))
    return page(request, "outline.html", status=status, **{**shared, **places, **context})


def _places(listed: list[Facts], current: str) -> Facts:
    """Behind which port a new step may stand. A free one of the step that is open is offered first, else the last."""
    ports = [(row, port) for row in listed for port in row["ports"]]
    places = [
        {"value": f"{row['id']}:{port['name']}", "label": f"{row['number']}. {row['name']}: {port['label']}"}
        for row, port in ports
    ]
    free = [place["value"] for place, (_, port) in zip(places, ports, strict=True) if not port["to"]]
    own = [value for value in free if value.startswith(f"{current}:")]
    return {"places": places, "wanted_place": (own[:1] or free[-1:] or [""])[0], "has_free_port": bool(own)}
