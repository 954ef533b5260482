"""What differs between two graphs of a flow: steps, their answers and their connections. Pure."""

from dataclasses import dataclass, field
from typing import Any

from apps.chatbots.editing import Graph, Step, next_of


@dataclass(frozen=True, slots=True)
class Change:
    """One answer or connection: `name` is the field or port; texts are shown as they are, empty for "not there"."""

    name: str
    before: str
    after: str
    is_connection: bool = False


@dataclass(frozen=True, slots=True)
class StepChange:
    """`how` is added, removed or changed. A step that only moved on the canvas has not changed."""

    how: str
    step: Step
    changes: list[Change] = field(default_factory=list)


def compare(before: Graph, after: Graph) -> list[StepChange]:
    """Steps of `after` in their order, then those that are gone."""
    old = {node["id"]: node for node in before["nodes"]}
    new = {node["id"]: node for node in after["nodes"]}
    found = [_step_change(old.get(node_id), node, before, after) for node_id, node in new.items()]
    removed = [StepChange("removed", node) for node_id, node in old.items() if node_id not in new]
    return [change for change in found if change is not None] + removed


def _step_change(old: Step | None, new: Step, before: Graph, after: Graph) -> StepChange | None:
    if old is None:
        return StepChange("added", new)
    changes = _values(_answers(old), _answers(new)) + _values(
        next_of(before, old["id"]), next_of(after, new["id"]), is_connection=True
    )
    return StepChange("changed", new, changes) if changes else None


def _answers(node: Step) -> dict[str, Any]:
    return {"kind": node["kind"], "label": node.get("label", ""), **node["fields"]}


def _values(old: dict[str, Any], new: dict[str, Any], *, is_connection: bool = False) -> list[Change]:
    names = [*old, *(name for name in new if name not in old)]
    return [
        Change(name, _shown(old.get(name)), _shown(new.get(name)), is_connection)
        for name in names
        if _shown(old.get(name)) != _shown(new.get(name))
    ]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "\n".join(_shown(part) for part in value)
    return str(value)
