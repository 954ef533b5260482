"""Whether a flow makes sense: every problem with its node and field. In the tenant's scope (fields name its queues)."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots import graph as shapes
from apps.chatbots.graph import Graph, GraphNode, Problem
from apps.chatbots.nodes import KINDS


def problems(graph: Graph) -> list[Problem]:
    """Those that block publishing first."""
    found = [*_beginning(graph)]
    for node in graph.nodes.values():
        found += _of_node(node, graph)
    found += _nowhere(graph)
    return sorted(found, key=lambda problem: not problem.blocks)


def _beginning(graph: Graph) -> Iterator[Problem]:
    starts = [node for node in graph.nodes.values() if node.kind == "start"]
    if not starts:
        yield Problem("", "", _("The flow has no start. Add one."))
    for node in starts[1:]:
        yield Problem(node.id, "", _("A flow has one start only. Remove this one."))


def _of_node(node: GraphNode, graph: Graph) -> list[Problem]:
    kind = KINDS.get(node.kind)
    if kind is None:
        return [Problem(node.id, "", _("PyTake doesn't know this kind of step (%(kind)s).") % {"kind": node.kind})]
    found = kind.problems(node, graph)
    ports = {port.name: port for port in kind.ports(kind.clean(node.fields))}
    for name, port in ports.items():
        if not port.optional and (node.id, name) not in graph.edges:
            found.append(Problem(node.id, "", _("Connect “%(port)s” to the next step.") % {"port": port.label}))
    gone = [port for source, port in graph.edges if source == node.id and port not in ports]
    found += [Problem(node.id, "", _("A line leaves an exit that is gone. Remove it.")) for _port in gone]
    return found


def _nowhere(graph: Graph) -> list[Problem]:
    """Steps that nothing leads to: allowed, but worth a look."""
    reached, todo = set(), [node.id for node in graph.nodes.values() if node.kind == "start"]
    ways: dict[str, list[str]] = {}
    for (source, _port), target in graph.edges.items():
        ways.setdefault(source, []).append(target)
    for node in graph.nodes.values():
        if node.kind == "jump" and isinstance(node.fields.get("node"), str):
            ways.setdefault(node.id, []).append(str(node.fields["node"]))
    while todo:
        here = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += ways.get(here, [])
    lost = [node for node in graph.nodes.values() if node.id not in reached and node.kind != "start"]
    return [Problem(node.id, "", _("Nothing leads to this step."), blocks=False) for node in lost]


def cleaned(graph: Graph) -> dict[str, Any]:
    """The JSON of a version: every node's fields as its `execute` takes them."""
    nodes = {
        key: GraphNode(node.id, node.kind, KINDS[node.kind].clean(node.fields), node.label, node.x, node.y)
        for key, node in graph.nodes.items()
    }
    return shapes.dump(Graph(nodes, graph.edges, graph.comments))
