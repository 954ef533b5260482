"""Where steps stand that nobody has placed: in columns, by how far they are from the start. Pure."""

from collections import deque
from typing import Any

from apps.chatbots.nodes import KINDS

Graph = dict[str, Any]
ACROSS, GAP = 340, 40
HEAD, PORT = 96, 27  # heights on the canvas


def arranged(graph: Graph) -> Graph:
    """The same flow with other places; comments stay where they are."""
    depths = _depths(graph)
    columns: dict[int, list[Any]] = {}
    for node in graph["nodes"]:
        columns.setdefault(depths[node["id"]], []).append(node)
    places = {node["id"]: (depth * ACROSS, y) for depth, nodes in columns.items() for node, y in _stacked(nodes)}
    nodes = [{**node, "x": places[node["id"]][0], "y": places[node["id"]][1]} for node in graph["nodes"]]
    return {**graph, "nodes": nodes}


def _depths(graph: Graph) -> dict[str, int]:
    """Steps that nothing leads to stand in the first column."""
    targets: dict[str, list[str]] = {}
    for edge in graph["edges"]:
        targets.setdefault(edge["from"], []).append(edge["to"])
    found: dict[str, int] = {}
    waiting = deque((node["id"], 0) for node in graph["nodes"] if node["kind"] == "start")
    while waiting:
        node_id, depth = waiting.popleft()
        if node_id not in found:
            found[node_id] = depth
            waiting.extend((target, depth + 1) for target in targets.get(node_id, ()))
    return {node["id"]: found.get(node["id"], 0) for node in graph["nodes"]}


def _stacked(nodes: list[Any]) -> list[tuple[Any, int]]:
    """Below each other, the whole column around the same line."""
    heights = [_height(node) for node in nodes]
    y = -(sum(heights) + GAP * (len(nodes) - 1)) // 2
    placed = []
    for node, height in zip(nodes, heights, strict=True):
        placed.append((node, y))
        y += height + GAP
    return placed


def _height(node: Any) -> int:
    kind = KINDS.get(node["kind"])
    return HEAD + PORT * len(kind.ports(kind.filled(node["fields"]))) if kind else HEAD
