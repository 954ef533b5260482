"""The simulator beside the canvas: each request is one move of a script, and the page what comes of the whole."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.audit.services import record
from apps.chatbots import graph as graphs
from apps.chatbots import simulating
from apps.chatbots.models import Flow
from apps.chatbots.presenting import name_of
from apps.chatbots.rehearsal import MOST_MOVES, Move, Script, Transcript
from apps.chatbots.values import as_text
from apps.chatbots.views.common import flow_or_404, go, is_fragment, member, page
from apps.chatbots.views.trying import TRIES
from apps.core.ratelimit import hit
from apps.organizations.permissions import Perm, requires

TEXT = 4_096
STANDINS = {"image": gettext_lazy("Picture"), "audio": gettext_lazy("Voice"), "location": gettext_lazy("Location")}
Simulation = tuple[Script, Transcript]


class MoveForm(forms.Form):
    """What any of the pane's buttons may send."""

    do = forms.CharField(max_length=10)
    text = forms.CharField(max_length=TEXT, required=False)
    payload = forms.CharField(max_length=256, required=False)
    kind = forms.CharField(max_length=12, required=False)
    seconds = forms.IntegerField(min_value=1, max_value=366 * 86_400, required=False)
    name = forms.RegexField(r"^[A-Za-z_][A-Za-z0-9_]{0,39}$", required=False)
    value = forms.CharField(max_length=20_000, required=False)
    is_open = forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def simulate(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    script = simulating.find(flow, member(request))
    problem = ""
    try:
        seen = simulating.transcript(flow, script) if script else None
        if request.method == "POST":
            script, problem = _moved(request, flow, script, seen)
            seen = simulating.transcript(flow, script) if script else None
    except graphs.BadGraph as error:
        seen, problem = None, error.messages[0]
    if request.method == "POST" and not is_fragment(request) and not problem:
        return go(request, "simulate", flow_id=flow.pk)
    return _shown(request, flow, script, seen, problem)


def _moved(
    request: HttpRequest, flow: Flow, script: Script | None, seen: Transcript | None
) -> tuple[Script | None, str]:
    """The script after the move, or a sentence that says why there was none."""
    form = MoveForm(request.POST)
    if not form.is_valid():
        return script, _("This could not be read. Check what you typed.")
    data, by = form.cleaned_data, member(request)
    if data["do"] == "begin" or script is None or seen is None:
        return simulating.begin(flow, by, data["text"] or _("Hi")), ""
    if data["do"] == "back":
        return simulating.keep(flow, by, {**script, "moves": script["moves"][:-1]}), ""
    if len(script["moves"]) >= MOST_MOVES:
        return script, _("This simulation is as long as it can be. Begin again.")
    if data["do"] == "ask":
        return _asked(request, flow, script, seen)
    make = _MOVES.get(data["do"])
    made = make(data) if make else None
    if made is None:
        return script, _("This could not be read. Check what you typed.")
    return simulating.move(flow, by, script, made), ""


def _asked(request: HttpRequest, flow: Flow, script: Script, seen: Transcript) -> tuple[Script, str]:
    by = member(request)
    if not simulating.is_outside(seen.asked):
        return script, _("Nothing is being asked outside now.")
    if not hit(TRIES, by.pk).allowed:
        return script, _("That was often. Wait a minute before asking outside again.")
    record("flow.step_tried", actor=by, target=flow.name, kind=type(seen.asked).__name__)
    return simulating.move(flow, by, script, simulating.ask_for_real(seen)), ""


def _say(data: dict[str, Any]) -> Move | None:
    kind = data["kind"] if data["kind"] in STANDINS else "text"
    if kind == "text" and not data["text"].strip():
        return None
    text = data["text"] or ("-23.5614,-46.6559" if kind == "location" else "")
    return {"do": "say", "kind": "interactive" if data["payload"] else kind, "text": text, "payload": data["payload"]}


def _wait(data: dict[str, Any]) -> Move | None:
    return {"do": "wait", "seconds": data["seconds"]} if data["seconds"] else None


def _set(data: dict[str, Any]) -> Move | None:
    return {"do": "set", "name": data["name"], "value": _json_or_text(data["value"])} if data["name"] else None


def _answer(data: dict[str, Any]) -> Move | None:
    """A failure by its name, or what was typed: JSON, else a text."""
    if failure := simulating.FAILURES.get(data["name"]):
        return {"do": "answer", **failure.answer}
    return {"do": "answer", "value": _json_or_text(data["value"])}


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_MOVES: dict[str, Callable[[dict[str, Any]], Move | None]] = {
    "say": _say,
    "wait": _wait,
    "timer": lambda _data: {"do": "timer"},
    "set": _set,
    "window": lambda data: {"do": "window", "open": data["is_open"]},
    "hours": lambda data: {"do": "hours", "open": data["is_open"]},
    "answer": _answer,
}


def _shown(
    request: HttpRequest, flow: Flow, script: Script | None, seen: Transcript | None, problem: str
) -> HttpResponse:
    template = "_simulator.html" if is_fragment(request) else "simulator.html"
    context = {"flow": flow, "seen": seen, "problem": problem, "script": script, "standins": STANDINS}
    if seen is not None:
        context |= _of(flow, seen)
    answer = page(request, template, status=422 if problem else 200, **context)
    if seen is not None:
        answer["HX-Trigger"] = json.dumps({"flow:light": {"ids": [seen.state.node]}})
    return answer


def _of(flow: Flow, seen: Transcript) -> dict[str, Any]:
    """What the pane says beside the transcript."""
    names = {node["id"]: name_of(node) for node in flow.draft["nodes"]}
    said = seen.said[-1] if seen.said else None
    waits = seen.state.waiting
    asked = seen.asked
    return {
        "node_name": names.get(seen.state.node, ""),
        "choices": _choices(said.content) if said and waits and waits.kind == "reply" else [],
        "variables": [(name, as_text(value)) for name, value in seen.state.variables.items()],
        "due": waits.until if waits else None,
        "asked": simulating.shown(asked) if asked is not None else None,
        "asked_kind": type(asked).__name__,
        "can_ask": simulating.is_outside(asked),
        "failures": simulating.FAILURES,
    }


def _choices(content: Any) -> list[dict[str, str]]:
    """Buttons or rows that can be touched now."""
    rows = [row for section in content.get("sections", ()) for row in section.get("rows", ())]
    return [{"id": row["id"], "title": row["title"]} for row in [*content.get("buttons", ()), *rows]]
