"""Where a session stands, and what may happen to it. All of it is JSON, so that it can rest in a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

RUNNING, WAITING, ENDED, HANDED, CLOSED = "running", "waiting", "ended", "handed", "closed"
OVER = frozenset({ENDED, HANDED, CLOSED})
REPLY, TIME, RESULT = "reply", "time", "result"


@dataclass(frozen=True, slots=True)
class Began:
    """The session's first input; `variables` come from the trigger."""

    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the customer. `payload` is the id of the button or row, `data` what else came with it."""

    id: str = ""
    kind: str = "text"
    text: str = ""
    payload: str = ""
    media: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimeCame:
    """A timer is due."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Outside work is done. `value` is JSON; `error` says in one word why there is none (timeout, refused, limit…)."""

    key: str
    value: Any = None
    error: str = ""


Event = Began | Said | TimeCame | Answered


@dataclass(frozen=True, slots=True)
class Waiting:
    """For a `reply`, a moment (`time`) or the `result` of the work `key`; `until` bounds the first and the last."""

    kind: str
    key: str = ""
    until: datetime | None = None


@dataclass(slots=True)
class State:
    """`version` and `node`: where it stands. `frames`: where sub-flows return to. `memory`: the current node's own.
    `inbox`: what the customer said while the flow could not listen, oldest first."""

    version: str
    node: str = ""
    status: str = RUNNING
    variables: dict[str, Any] = field(default_factory=dict)
    frames: tuple[tuple[str, str], ...] = ()
    waiting: Waiting | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    inbox: tuple[Said, ...] = ()
    steps: int = 0
    reason: str = ""

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    def copy(self) -> "State":
        return State(
            self.version,
            self.node,
            self.status,
            dict(self.variables),
            self.frames,
            self.waiting,
            dict(self.memory),
            self.inbox,
            self.steps,
            self.reason,
        )


def dump(state: State) -> dict[str, Any]:
    waiting = state.waiting
    return {
        "version": state.version,
        "node": state.node,
        "status": state.status,
        "variables": state.variables,
        "frames": [list(frame) for frame in state.frames],
        "waiting": waiting and [waiting.kind, waiting.key, waiting.until.isoformat() if waiting.until else None],
        "memory": state.memory,
        "inbox": [dump_said(said) for said in state.inbox],
        "steps": state.steps,
        "reason": state.reason,
    }


def load(data: Mapping[str, Any]) -> State:
    waiting = None
    if data.get("waiting"):
        kind, key, until = data["waiting"]
        waiting = Waiting(kind, key, datetime.fromisoformat(until) if until else None)
    return State(
        data["version"],
        data["node"],
        data["status"],
        dict(data["variables"]),
        tuple((version, node) for version, node in data["frames"]),
        waiting,
        dict(data["memory"]),
        tuple(Said(**said) for said in data["inbox"]),
        data["steps"],
        data["reason"],
    )


def dump_said(said: Said) -> dict[str, Any]:
    return {
        "id": said.id,
        "kind": said.kind,
        "text": said.text,
        "payload": said.payload,
        "media": said.media,
        "data": dict(said.data),
    }
