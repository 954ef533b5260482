"""The flow engine on its own: steps a second through a flow of questions, conditions and messages."""

import time
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.house import House
from benchmarks.rounds import ROUNDS, Goal, Row

SESSIONS = 2_000
_STEPS = [
    ("start", {}),
    ("question", {"text": "Nome?", "type": "text", "variable": "name"}),
    ("set_variable", {"variable": "n", "how": "add", "value": "1"}),
    ("condition", {"rules": [{"variable": "n", "operator": "more", "value": "3"}]}),
    ("message", {"text": "Olá, {{name}}: {{n}}"}),
    ("end", {}),
]
_EDGES = [("n1", "n2"), ("n2", "n3"), ("n3", "n4"), ("n5", "n6")]


def run(house: House) -> list[Row]:
    samples = [_round(SESSIONS // 10 if house.quick else SESSIONS) for _ in range(ROUNDS)]
    goal = Goal("flow engine, steps", "steps/s", 30_000, 60_000, is_ratio=False)
    return [Row(goal, median(samples), None, {"steps/s": samples})]


def _graph() -> dict[str, Any]:
    nodes = [{"id": f"n{n}", "kind": kind, "fields": fields} for n, (kind, fields) in enumerate(_STEPS, 1)]
    edges = [{"from": source, "port": "next", "to": target} for source, target in _EDGES]
    edges += [{"from": "n4", "port": "yes", "to": "n5"}, {"from": "n4", "port": "no", "to": "n3"}]
    return {"schema": 1, "nodes": nodes, "edges": edges, "comments": []}


def _round(sessions: int) -> float:
    from apps.chatbots import engine  # noqa: PLC0415 - Django has to be set up first
    from apps.chatbots.state import Began, Said  # noqa: PLC0415

    program = engine.compile_graph("v", _graph(), is_draft=True)
    programs, at, steps = {"v": program}, datetime(2026, 1, 1, tzinfo=UTC), 0
    began = time.perf_counter()
    for number in range(sessions):
        state = engine.begin(program)
        for event in (Began(), Said(text="Maria")):
            state, _effects = engine.advance(state, engine.Input(at, event, programs, number))
        steps += state.steps
    return steps / (time.perf_counter() - began)
