"""Flows written down shortly."""


def flow_of(steps, edges=None, **more):
    """`steps`: (kind, fields) in order, named n1, n2, …. Without `edges`, each leads on to the next through `next`."""
    nodes = [
        {"id": f"n{number}", "kind": kind, "x": 0, "y": 0, "label": "", "fields": fields}
        for number, (kind, fields) in enumerate(steps, 1)
    ]
    if edges is None:
        edges = [(f"n{number}", "next", f"n{number + 1}") for number in range(1, len(nodes))]
    lines = [{"from": source, "port": port, "to": target} for source, port, target in edges]
    return {"schema": 1, "nodes": nodes, "edges": lines, "comments": [], **more}
