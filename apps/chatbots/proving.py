"""Tests of flows: recorded from a simulation or a real session, and run against what would be published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.services import record
from apps.chatbots.models import Flow, FlowTest, Session
from apps.chatbots.rehearsal import Script, Transcript, new_script, play
from apps.chatbots.simulating import DraftPrograms, sample_facts
from apps.chatbots.values import as_text
from apps.core.text import clean_name, clean_text
from apps.organizations.models import Membership

MOST_TESTS = 200  # of one flow
LONGEST = 4_096
Expectation = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a run left what was expected: the step, and a sentence."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    test: FlowTest
    differences: list[Difference]

    @property
    def passed(self) -> bool:
        return not self.differences


def run(test: FlowTest, graph: Any | None = None) -> Result:
    """On the flow's draft, or on `graph`. Raises BadGraph for what is no flow."""
    flow, script = test.flow, test.script
    programs = DraftPrograms(flow, flow.draft if graph is None else graph, script["seed"])
    return Result(test, _differences(play(programs, script, sample_facts(flow)), test.expects))


def run_all(flow: Flow, graph: Any | None = None) -> list[Result]:
    rows = FlowTest.objects.filter(flow=flow).select_related("flow__bot", "flow__organization").order_by("name")
    return [run(test, graph) for test in rows[:MOST_TESTS]]


def _differences(seen: Transcript, expects: Iterable[Expectation]) -> list[Difference]:
    """All of them; the first in the order of what was said is the one to look at."""
    said = iter(seen.said)
    last = seen.path[-1] if seen.path else ""
    found: list[Difference] = []
    for wanted in expects:
        if wanted["what"] == "says":
            line = next(said, None)
            problem = _unlike(line.text if line else None, wanted)
            node = line.node if line else last
        else:
            problem, node = _CHECKS[wanted["what"]](seen, wanted), last
        if problem:
            found.append(Difference(node, problem))
    for line in said:
        found.append(Difference(line.node, _("The bot also says: “%(text)s”.") % {"text": line.text[:200]}))
    return found


def _unlike(text: str | None, wanted: Expectation) -> str:
    if text is None:
        return _("The bot never says: “%(text)s”.") % {"text": wanted["text"][:200]}
    fits = wanted["text"] in text if wanted.get("how") == "contains" else wanted["text"] == text
    told = {"wanted": wanted["text"][:200], "text": text[:200]}
    return "" if fits else _("“%(wanted)s” was expected, the bot says: “%(text)s”.") % told


def _variable(seen: Transcript, wanted: Expectation) -> str:
    value = as_text(seen.state.variables.get(wanted["name"], ""))
    told = {"name": wanted["name"], "wanted": wanted["value"], "value": value[:200]}
    if value == wanted["value"]:
        return ""
    return _("%(name)s should be “%(wanted)s”, it is “%(value)s”.") % told


def _end(seen: Transcript, wanted: Expectation) -> str:
    status = seen.state.status
    told = {"wanted": ENDS.get(wanted["status"], wanted["status"]), "status": ENDS.get(status, status)}
    return "" if status == wanted["status"] else _("At the end: %(wanted)s was expected, it is %(status)s.") % told


_CHECKS = {"variable": _variable, "ends": _end}
ENDS = {
    "waiting": gettext_lazy("waiting for the customer"),
    "ended": gettext_lazy("over"),
    "handed": gettext_lazy("with a person"),
    "closed": gettext_lazy("closed"),
}


def expectations(seen: Transcript) -> list[dict[str, Any]]:
    """All that a run shows, to be thinned out by whoever keeps it."""
    said: list[dict[str, Any]] = [{"what": "says", "text": line.text, "how": "is"} for line in seen.said]
    kept = [{"what": "variable", "name": name, "value": as_text(value)} for name, value in seen.state.variables.items()]
    return [*said, *kept, {"what": "ends", "status": seen.state.status}]


@transaction.atomic
def create(flow: Flow, name: str, script: Script, seen: Transcript, by: Membership | None) -> FlowTest:
    """With everything that is seen as what is expected. A name that is taken gets a number."""
    plain = clean_name(name, 70) or _("Test")
    taken = set(FlowTest.objects.filter(flow=flow).values_list("name", flat=True))
    free = next(each for each in (plain, *(f"{plain} {number}" for number in range(2, 1_000))) if each not in taken)
    made = FlowTest.objects.create(flow=flow, name=free, script=script, expects=expectations(seen), created_by=by)
    record("flow.test_recorded", actor=by, target=flow.name, test=made.name)
    return made


def script_of(session: Session) -> Script:
    """What the customer said and what came back from outside in a session, as its steps tell it."""
    steps = list(session.steps.order_by("number"))
    began = session.started_at
    script = new_script(began, _first_words(session), session.seed)
    at: datetime = began
    for step in steps:
        if step.heard:
            script["moves"].append({"do": "wait", "seconds": max(0, int((step.at - at).total_seconds()))})
            heard = {name: step.heard.get(name, "") for name in ("kind", "text", "payload")}
            script["moves"].append({"do": "say", **heard})
            at = step.at
        if step.answer is not None:
            error = step.answer.get("error", "") if isinstance(step.answer, dict) else ""
            script["moves"].append({"do": "answer", "value": None if error else step.answer, "error": error})
    return script


def _first_words(session: Session) -> str:
    before = session.conversation.messages.filter(direction="in", created_at__lte=session.started_at)
    first = before.order_by("-pk").first()
    return str(first.text) if first else ""


def thin_out(test: FlowTest, data: Mapping[str, Any]) -> None:
    """Keep what the form kept: `keep-<n>`, with its text or value and, for what is said, whether a part is enough."""
    kept = []
    for number, wanted in enumerate(test.expects):
        if f"keep-{number}" in data:
            kept.append(_edited(wanted, data.get(f"text-{number}"), str(data.get(f"how-{number}", "is"))))
    test.expects = kept
    test.save(update_fields=["expects"])


def _edited(wanted: Expectation, text: str | None, how: str) -> dict[str, Any]:
    if wanted["what"] == "ends" or text is None:
        return dict(wanted)
    text = clean_text(text)[:LONGEST]
    if wanted["what"] == "variable":
        return {**wanted, "value": text}
    return {**wanted, "text": text, "how": "contains" if how == "contains" else "is"}
