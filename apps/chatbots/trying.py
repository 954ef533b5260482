"""One step of a draft, tried alone with sample variables: a real call outside, and what the step would do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apps.chatbots import effects, working
from apps.chatbots import state as states
from apps.chatbots.nodes import Node
from apps.chatbots.nodes.base import Fields
from apps.chatbots.outside.base import Done, Job
from apps.chatbots.state import State, Waiting
from apps.chatbots.turn import Outcome, Turn
from apps.core.clock import now

MOST_CALLS = 4
LONGEST = 10.0  # seconds of one HTTP attempt


@dataclass(slots=True)
class Tried:
    """`port` is empty when the step waits for the customer then. `kept`: variables; `said`: what it would say."""

    port: str = ""
    done: list[Done] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def try_out(kind: type[Node], fields: Fields, variables: Mapping[str, Any], facts: Mapping[str, Any]) -> Tried:
    """In the tenant's scope, outside a transaction. Nothing is sent to a customer and nothing is kept."""
    tried = Tried()
    state = State("try", "step", steps=1, variables=dict(variables))
    outcome, wanted = _step(kind, fields, state, facts, None, tried)
    while wanted is not None and len(tried.done) < MOST_CALLS:
        done = working.answer(Job(patient(working.dump(wanted)), talk=_talk(facts)))
        tried.done.append(done)
        outcome, wanted = _step(kind, fields, state, facts, replace(done.answered, key=wanted.key), tried)
    tried.port = outcome.port
    return tried


def _step(
    kind: type[Node], fields: Fields, state: State, facts: Mapping[str, Any], event: Any, tried: Tried
) -> tuple[Outcome, effects.Work | None]:
    turn = Turn(state, now(), 0, facts)
    turn.event = event
    outcome = kind.execute(turn, fields)
    tried.kept |= turn.delta
    tried.said += [effect.text for effect in turn.effects if isinstance(effect, effects.Send)]
    wanted = next((effect for effect in turn.effects if working.is_outside(effect)), None)
    return outcome, wanted if _waits(outcome.wait) else None


def _waits(waiting: Waiting | None) -> bool:
    return waiting is not None and waiting.kind == states.RESULT


def _talk(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    last = facts.get("last", {}).get("text", "")
    return (("user", last),) if last else ()


def patient(work: dict[str, Any]) -> dict[str, Any]:
    """Somebody is watching: one attempt, not for long."""
    if "retries" in work:
        work |= {"retries": 0, "timeout": min(work["timeout"], LONGEST)}
    return work
