"""Changes of a flow's graph without a canvas: each takes a graph and returns a new one. Pure."""

from collections import deque
from collections.abc import Iterable
from typing import Any

Graph = dict[str, Any]
Step = dict[str, Any]
ACROSS, DOWN = 300, 170
NEXT = "next:"


class Unknown(LookupError):
    """The graph has no step of this id."""


def step_of(graph: Graph, node_id: str) -> Step:
    """Raises Unknown."""
    for node in graph["nodes"]:
        if node["id"] == node_id:
            found: Step = node
            return found
    raise Unknown(node_id)


def next_of(graph: Graph, node_id: str) -> dict[str, str]:
    """Where each connected port of a step leads: {port: id}."""
    return {edge["port"]: edge["to"] for edge in graph["edges"] if edge["from"] == node_id}


def _fresh_id(nodes: Iterable[Step]) -> str:
    numbers = [int(node["id"][1:]) for node in nodes if node["id"][1:].isdecimal()]
    return f"n{max(numbers, default=0) + 1}"


def _free_place(graph: Graph, x: float, y: float) -> tuple[float, float]:
    taken = {(round(node["x"] / ACROSS), round(node["y"] / DOWN)) for node in graph["nodes"]}
    while (round(x / ACROSS), round(y / DOWN)) in taken:
        y += DOWN
    return x, y


def add_step(graph: Graph, kind: str, fields: dict[str, Any], *, after: str = "", port: str = "") -> tuple[Graph, Step]:
    """A new step behind `after` (connected when `port` is given) in the list, and beside it on the canvas."""
    nodes: list[Step] = graph["nodes"]
    index = next((at for at, node in enumerate(nodes) if node["id"] == after), len(nodes) - 1)
    beside = nodes[index] if nodes else {"x": -ACROSS, "y": 0}
    x, y = _free_place(graph, beside["x"] + ACROSS, beside["y"])
    step: Step = {"id": _fresh_id(nodes), "kind": kind, "x": x, "y": y, "label": "", "fields": fields}
    grown = {**graph, "nodes": [*nodes[: index + 1], step, *nodes[index + 1 :]]}
    return (connect(grown, after, {port: step["id"]}) if after and port else grown), step


def remove_step(graph: Graph, node_id: str) -> Graph:
    """Without the step and every edge that touches it. Raises Unknown."""
    step_of(graph, node_id)
    nodes = [node for node in graph["nodes"] if node["id"] != node_id]
    edges = [edge for edge in graph["edges"] if node_id not in (edge["from"], edge["to"])]
    return {**graph, "nodes": nodes, "edges": edges}


def connect(graph: Graph, node_id: str, targets: dict[str, str]) -> Graph:
    """Each port of `targets` leads to that step, or nowhere when it is empty; other ports stay."""
    known = {node["id"] for node in graph["nodes"]}
    kept = [edge for edge in graph["edges"] if edge["from"] != node_id or edge["port"] not in targets]
    made = [{"from": node_id, "port": port, "to": to} for port, to in targets.items() if to in known]
    return {**graph, "edges": [*kept, *made]}


def write_step(graph: Graph, node_id: str, *, label: str, fields: dict[str, Any]) -> Graph:
    """The step with other answers. Raises Unknown."""
    step_of(graph, node_id)
    changed = [node | {"label": label, "fields": fields} if node["id"] == node_id else node for node in graph["nodes"]]
    return {**graph, "nodes": changed}


def keep_ports(graph: Graph, node_id: str, ports: Iterable[str]) -> Graph:
    """Without edges from ports that the step does not have (any more)."""
    known = set(ports)
    edges = [edge for edge in graph["edges"] if edge["from"] != node_id or edge["port"] in known]
    return {**graph, "edges": edges}


def move_step(graph: Graph, node_id: str, places: int) -> Graph:
    """The step further up (negative) or down the list; at its ends nothing happens. Raises Unknown."""
    nodes = list(graph["nodes"])
    index = nodes.index(step_of(graph, node_id))
    nodes.insert(max(0, index + places), nodes.pop(index))
    return {**graph, "nodes": nodes}


def in_order(graph: Graph) -> Graph:
    """Steps in the order in which a session meets them; those that none reaches come last."""
    nodes: list[Step] = graph["nodes"]
    targets: dict[str, list[str]] = {}
    for edge in graph["edges"]:
        targets.setdefault(edge["from"], []).append(edge["to"])
    waiting = deque(node["id"] for node in nodes if node["kind"] == "start")
    met: dict[str, int] = {}
    while waiting:
        node_id = waiting.popleft()
        if node_id not in met:
            met[node_id] = len(met)
            waiting.extend(targets.get(node_id, ()))
    return {**graph, "nodes": sorted(nodes, key=lambda node: met.get(node["id"], len(nodes)))}
