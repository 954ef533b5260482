"""How a flow's steps are shown: to the canvas as JSON, to the outline and the forms as rows."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots.differences import Change, StepChange
from apps.chatbots.editing import Graph, Step, next_of
from apps.chatbots.graph import Problem
from apps.chatbots.nodes import KINDS
from apps.chatbots.nodes.base import GROUPS

Facts = dict[str, Any]
# A step of a kind that this PyTake does not have: an import from a newer one.
UNKNOWN: Facts = {"icon": "help-circle", "group": "act", "ports": [], "summary": ""}


def facts_of(node: Step, problems: Iterable[Problem] = ()) -> Facts:
    """Title, icon, group, ports, summary and problems (as sentences) of one step."""
    told = [str(problem.text) for problem in problems]
    kind = KINDS.get(node["kind"])
    if kind is None:
        return {**UNKNOWN, "kind": node["kind"], "title": node["kind"], "problems": told}
    fields = kind.clean(node["fields"])
    return {
        "kind": node["kind"],
        "title": str(kind.title),
        "icon": kind.icon,
        "group": kind.group,
        "ports": [{"name": port.name, "label": str(port.label)} for port in kind.ports(fields)],
        "summary": str(kind.summary(fields)),
        "problems": told,
    }


def facts_by_id(graph: Graph, problems: Iterable[Problem] = ()) -> dict[str, Facts]:
    by_node: dict[str, list[Problem]] = {}
    for problem in problems:
        by_node.setdefault(problem.node_id, []).append(problem)
    return {node["id"]: facts_of(node, by_node.get(node["id"], ())) for node in graph["nodes"]}


def catalogue() -> dict[str, Facts]:
    """What a new step of each kind looks like, before anybody answered its form."""
    return {name: facts_of({"id": "", "kind": name, "fields": {}}) | {"fields": {}} for name in KINDS}


def palette() -> list[Facts]:
    """The kinds by group, for people to choose from: each flow has its start already."""
    order = list(GROUPS)
    kinds = sorted(KINDS.values(), key=lambda kind: order.index(kind.group))
    groups = groupby((kind for kind in kinds if kind.kind != "start"), key=lambda kind: kind.group)
    return [{"key": key, "label": GROUPS[key], "kinds": list(each)} for key, each in groups]


def name_of(node: Step) -> str:
    return str(node.get("label") or (KINDS[node["kind"]].title if node["kind"] in KINDS else node["kind"]))


def named(graph: Graph, problems: Iterable[Problem]) -> list[Facts]:
    """Problems with the name of their step, for lists."""
    names = {node["id"]: name_of(node) for node in graph["nodes"]}
    return [
        {"node_id": problem.node_id, "name": names.get(problem.node_id, _("The flow")), "text": problem.text}
        for problem in problems
    ]


def in_words(change: StepChange, after: Graph, before: Graph) -> list[Change]:
    """The lines of a changed step with the labels of its form and ports, and steps by their names."""
    labels = _labels(change.step)
    names = [{node["id"]: name_of(node) for node in graph["nodes"]} for graph in (before, after)]
    return [
        replace(
            line,
            name=labels.get((line.is_connection, line.name), line.name),
            before=names[0].get(line.before, line.before) if line.is_connection else line.before,
            after=names[1].get(line.after, line.after) if line.is_connection else line.after,
        )
        for line in change.changes
    ]


def _labels(node: Step) -> dict[tuple[bool, str], str]:
    """By whether it is a port, and its name."""
    found = {(False, "kind"): _("Kind"), (False, "label"): _("Name on the canvas")}
    kind = KINDS.get(node["kind"])
    if kind is not None:
        fields = kind.form_class.base_fields.items()
        found |= {(False, name): str(field.label) for name, field in fields if field.label}
    return found | {(True, port["name"]): port["label"] for port in facts_of(node)["ports"]}


def rows(graph: Graph, problems: Iterable[Problem] = ()) -> list[Facts]:
    """The outline: each step with its number, name, facts and where its ports lead."""
    facts = facts_by_id(graph, problems)
    names = {node["id"]: name_of(node) for node in graph["nodes"]}
    return [
        {
            "id": node["id"],
            "number": number,
            "name": names[node["id"]],
            "facts": facts[node["id"]],
            "ports": _ports(graph, node, facts[node["id"]], names),
        }
        for number, node in enumerate(graph["nodes"], start=1)
    ]


def _ports(graph: Graph, node: Step, facts: Facts, names: dict[str, str]) -> list[Facts]:
    targets = next_of(graph, node["id"])
    return [
        {**port, "to": targets.get(port["name"], ""), "to_name": names.get(targets.get(port["name"], ""), "")}
        for port in facts["ports"]
    ]
