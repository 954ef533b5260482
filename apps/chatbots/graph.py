"""The shape of a flow: nodes, edges and comments as versioned JSON (`schemas/flow-1.json`). Pure.

Only the shape is checked here, so a half-drawn draft can be kept; whether the flow makes sense is `validation`'s.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SCHEMA = 1
MAX_BYTES = 2_000_000
MAX_NODES, MAX_EDGES, MAX_COMMENTS = 500, 2_000, 200
MAX_LABEL, MAX_COMMENT = 80, 2_000
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,40}")
_BEYOND = 1_000_000


class BadGraph(ValidationError):
    """Not a flow at all; the sentence says where it stops being one."""


@dataclass(frozen=True, slots=True)
class Port:
    """A way out of a node. An optional one may lead nowhere: the flow's fallback then takes care."""

    name: str
    label: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which node (empty: the whole flow) and field (empty: the node itself)."""

    node_id: str
    field: str
    text: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class GraphNode:
    id: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """`edges` leads from (node id, port) to a node id: one way out of each port."""

    nodes: Mapping[str, GraphNode]
    edges: Mapping[tuple[str, str], str]
    comments: tuple[Mapping[str, Any], ...] = ()

    def sources_of(self, node_id: str) -> list[tuple[str, str]]:
        return [source for source, target in self.edges.items() if target == node_id]


def empty() -> dict[str, Any]:
    """A new draft: the beginning alone."""
    start = {"id": "start", "kind": "start", "x": 0, "y": 0, "label": "", "fields": {}}
    return {"schema": SCHEMA, "nodes": [start], "edges": [], "comments": []}


def parse(raw: object) -> Graph:
    """Raises BadGraph for whatever is not this shape: too large, too deep, doubled ids, edges to nowhere."""
    data = _mapping(raw, _("This is not a flow."))
    _require(_size(data) <= MAX_BYTES, _("This flow is too large. Split it into several flows."))
    _require(data.get("schema") == SCHEMA, _("This flow was made by another version of PyTake and can't be read."))
    nodes: dict[str, GraphNode] = {}
    for item in _items(data, "nodes", MAX_NODES):
        node = _node(item)
        _require(node.id not in nodes, _("Two steps have the same id (%(id)s).") % {"id": node.id})
        nodes[node.id] = node
    edges: dict[tuple[str, str], str] = {}
    for item in _items(data, "edges", MAX_EDGES):
        source, port, target = _edge(item, nodes)
        _require((source, port) not in edges, _("Two lines leave the same exit of a step (%(id)s).") % {"id": source})
        edges[source, port] = target
    return Graph(nodes, edges, tuple(_comment(item) for item in _items(data, "comments", MAX_COMMENTS)))


def dump(graph: Graph) -> dict[str, Any]:
    """The JSON again."""
    return {
        "schema": SCHEMA,
        "nodes": [
            {
                "id": node.id,
                "kind": node.kind,
                "x": node.x,
                "y": node.y,
                "label": node.label,
                "fields": dict(node.fields),
            }
            for node in graph.nodes.values()
        ],
        "edges": [{"from": source, "port": port, "to": target} for (source, port), target in graph.edges.items()],
        "comments": [dict(comment) for comment in graph.comments],
    }


def _size(data: Mapping[str, Any]) -> int:
    """In bytes; what can't be written as JSON (too deep, unknown types) is no flow."""
    try:
        return len(orjson.dumps(data))
    except (TypeError, RecursionError) as error:
        raise BadGraph(_("This is not a flow."), code="shape") from error


def _items(data: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = data.get(name, [])
    _require(isinstance(found, list), _("This is not a flow."))
    _require(len(found) <= most, _("This flow is too large. Split it into several flows."))
    return list(found)


def _node(item: object) -> GraphNode:
    data = _mapping(item, _("This is not a flow."))
    identifier, kind = data.get("id"), data.get("kind")
    _require(_is_id(identifier) and _is_id(kind), _("A step has no id or no kind."))
    fields = _mapping(data.get("fields", {}), _("The fields of a step can't be read."))
    label = str(data.get("label", ""))[:MAX_LABEL]
    return GraphNode(str(identifier), str(kind), dict(fields), label, _place(data, "x"), _place(data, "y"))


def _edge(item: object, nodes: Mapping[str, GraphNode]) -> tuple[str, str, str]:
    data = _mapping(item, _("This is not a flow."))
    source, port, target = data.get("from"), data.get("port"), data.get("to")
    known = isinstance(source, str) and isinstance(target, str) and source in nodes and target in nodes
    _require(known and _is_id(port), _("A line leads from or to a step that doesn't exist."))
    return str(source), str(port), str(target)


def _comment(item: object) -> dict[str, Any]:
    data = _mapping(item, _("This is not a flow."))
    _require(_is_id(data.get("id")), _("A comment has no id."))
    sizes = {name: _place(data, name) for name in ("x", "y", "w", "h")}
    return {"id": data["id"], **sizes, "text": str(data.get("text", ""))[:MAX_COMMENT]}


def _place(data: Mapping[str, Any], name: str) -> float:
    value = data.get(name, 0)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or abs(value) > _BEYOND:
        raise BadGraph(_("A step lies outside the canvas."), code="shape")
    return round(float(value), 2)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _mapping(value: object, sentence: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadGraph(sentence, code="shape")
    return value


def _require(is_fine: bool, sentence: str) -> None:
    if not is_fine:
        raise BadGraph(sentence, code="shape")
