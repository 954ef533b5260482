"""The engine: from a state and one input to the next state and what is to be done. Pure: the same input on the same
state gives the same, whatever the hour; clock, chance and facts are parts of the input."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots import effects
from apps.chatbots import state as states
from apps.chatbots.graph import parse
from apps.chatbots.nodes import KINDS, Node
from apps.chatbots.state import Answered, Began, Event, Said, State, TimeCame, Waiting, dump_said
from apps.chatbots.turn import Outcome, Turn

MAX_STEPS = 200  # of one turn
MAX_SESSION_STEPS = 10_000
MAX_DEPTH = 10
MAX_SECONDS = 5.0  # of one turn


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    kind: str
    node: type[Node]
    fields: Mapping[str, Any]
    ways: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Program:
    """A version made ready to run. `fallback` (text, queue id) is its bot's."""

    version: str
    steps: Mapping[str, Step]
    start: str
    fallback_text: str = ""
    fallback_queue: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """`programs`: by version id, and under `flow:<id>` the version that a sub-flow begins on now. `facts`: what texts
    may look up beside variables. `seconds`: how long this turn has taken so far."""

    at: datetime
    event: Event
    programs: Mapping[str, Program]
    seed: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    seconds: Callable[[], float] = float


def compile_graph(version: str, raw: Any, *, is_draft: bool = False) -> Program:
    """Raises BadGraph. A draft's fields are cleaned first; those of versions are clean. Steps of unknown kinds are left
    out: the way to them ends in the fallback."""
    graph = parse(raw)
    ways: dict[str, dict[str, str]] = {key: {} for key in graph.nodes}
    for (source, port), target in graph.edges.items():
        ways[source][port] = target
    steps = {
        key: Step(key, node.kind, KINDS[node.kind], _fields(KINDS[node.kind], node.fields, is_draft), ways[key])
        for key, node in graph.nodes.items()
        if node.kind in KINDS
    }
    start = next((key for key, step in steps.items() if step.kind == "start"), "")
    return Program(version, steps, start)


def _fields(kind: type[Node], fields: Mapping[str, Any], is_draft: bool) -> dict[str, Any]:
    return kind.clean(fields) if is_draft else kind.filled(fields)


def begin(program: Program) -> State:
    """A session that has not heard anything yet; its first input is `Began`."""
    return State(program.version, program.start)


def advance(state: State, given: Input) -> tuple[State, list[Any]]:
    """One input. Effects come in the order in which they are to be done, each step's `Took` after its own."""
    after = state.copy()
    turn = Turn(after, given.at, given.seed, given.facts)
    if after.is_over:
        if isinstance(given.event, Said):
            after.inbox = (*after.inbox, given.event)
        return after, turn.effects
    if _resumes(after, given):
        turn.event = None if isinstance(given.event, Began) else given.event
        after.waiting, after.status = None, states.RUNNING
        if isinstance(given.event, Began):
            after.variables.update(given.event.variables)
        _run(turn, given)
    elif isinstance(given.event, Said):
        after.inbox = (*after.inbox, given.event)
    return after, turn.effects


def _resumes(state: State, given: Input) -> bool:
    """Whether this is what the session waits for. Answers and timers of the past are none."""
    event, waiting = given.event, state.waiting
    if waiting is None:
        return isinstance(event, Began) and state.steps == 0
    if isinstance(event, Said):
        return waiting.kind == states.REPLY
    if isinstance(event, Answered):
        return waiting.kind == states.RESULT and waiting.key == event.key
    return isinstance(event, TimeCame) and waiting.until is not None and given.at >= waiting.until


def _run(turn: Turn, given: Input) -> None:
    """Step after step until the session rests or is over; `MAX_STEPS` and `MAX_SECONDS` at most."""
    state, programs = turn.state, given.programs
    for _number in range(MAX_STEPS):
        program = programs.get(state.version)
        step = program.steps.get(state.node) if program else None
        if step is None or program is None:
            return _give_up(turn, program, "missing")
        if state.steps >= MAX_SESSION_STEPS:
            return _give_up(turn, program, "endless")
        if given.seconds() > MAX_SECONDS:
            return _give_up(turn, program, "slow")
        outcome = _take(turn, step)
        if outcome.wait is not None:
            if not _rest(turn, outcome.wait):
                return None
        elif (why := _move(turn, program, programs, step, outcome)) or state.is_over:
            return _give_up(turn, program, why) if why else None
    return _give_up(turn, programs.get(state.version), "loop")


def _take(turn: Turn, step: Step) -> Outcome:
    state = turn.state
    state.steps += 1
    turn.delta = {}
    event = turn.event
    outcome = step.node.execute(turn, step.fields)
    heard = dump_said(event) if isinstance(event, Said) else None
    port = outcome.port or outcome.finish
    turn.effects.append(effects.Took(state.steps, state.version, step.id, step.kind, port, heard, turn.delta))
    turn.event = None
    return outcome


def _rest(turn: Turn, waiting: Waiting) -> bool:
    """True when what it waits for is there already: said while the flow could not listen."""
    state = turn.state
    if waiting.kind == states.REPLY and state.inbox:
        turn.event, *rest = state.inbox
        state.inbox = tuple(rest)
        return True
    state.waiting, state.status = waiting, states.WAITING
    turn.effects.append(effects.Wait(turn.key(), until=waiting.until))
    return False


def _move(turn: Turn, program: Program, programs: Mapping[str, Program], step: Step, outcome: Outcome) -> str:
    """Go where the outcome says; gives why that is impossible, or nothing."""
    state = turn.state
    state.memory = {}
    if outcome.finish:
        return _finish(turn, outcome.finish)
    if outcome.enter:
        return _enter(state, programs.get(f"flow:{outcome.enter}"))
    target = outcome.jump or step.ways.get(outcome.port, "")
    if not target:
        return outcome.port or "missing"
    state.node = target
    return ""


def _enter(state: State, program: Program | None) -> str:
    if program is None:
        return "missing"
    if len(state.frames) >= MAX_DEPTH:
        return "depth"
    state.frames = (*state.frames, (state.version, state.node))
    state.version, state.node = program.version, program.start
    return ""


def _finish(turn: Turn, status: str) -> str:
    """An end inside a sub-flow goes on after the node that called it."""
    state = turn.state
    if status == states.ENDED and state.frames:
        *frames, (state.version, state.node) = state.frames
        state.frames, state.memory = tuple(frames), {"returned": True}
        return ""
    state.status, state.reason = status, status
    turn.effects.append(effects.Finished(turn.key(), reason=status))
    return ""


def _give_up(turn: Turn, program: Program | None, why: str) -> None:
    """Nothing leads on: the bot's last words, then a person. The customer is never left in silence."""
    state = turn.state
    text = program.fallback_text if program else ""
    turn.send(turn.text(text) or _("One moment, please: a person will answer you."))
    queue = program.fallback_queue if program else ""
    turn.do(effects.Handoff, queue=queue, reason=why[:40])
    turn.do(effects.Finished, reason=why[:40])
    state.status, state.reason, state.waiting = states.HANDED, why[:40], None
