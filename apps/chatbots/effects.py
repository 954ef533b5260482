"""What the engine wants done. `key` is unique in its session and the same in every replay, so that doing a thing twice
can be noticed; the answer to outside work comes back as `Answered(key, …)`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Effect:
    key: str


@dataclass(frozen=True, slots=True)
class Send(Effect):
    """`kind` is a `SendKind` value; `media` the id of a stored file."""

    kind: str = "text"
    text: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    media: str = ""


@dataclass(frozen=True, slots=True)
class Wait(Effect):
    """The session rests until the moment (None: however long it takes)."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work(Effect):
    """Outside work: the session rests until its result is there."""


@dataclass(frozen=True, slots=True)
class CheckHours(Work):
    """Answer: whether the queue is open now."""

    queue: str = ""


@dataclass(frozen=True, slots=True)
class CallHttp(Work):
    """Answer: {status, json or text}. Secrets in the values are marks (`secrets.mark`), never the secrets."""

    method: str = "GET"
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    timeout: float = 10.0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Query(Work):
    """Answer: {rows: […], count}. `params` are bound values, never text in the query."""

    connection: str = ""
    query: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunScript(Work):
    """Answer: {result: {…}}. The script sees `variables`, and each of `given` under its name."""

    code: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskAi(Work):
    """Answer: {text, data, calls, tokens_in, tokens_out, cost_micros, currency}; `request`: what `outside.ai` reads."""

    provider: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AwaitPayment(Work):
    """Answer: whatever the payment's webhook brings; it names the charge by `reference`."""

    reference: str = ""
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Tag(Effect):
    """Put on (or take off) the contact or the conversation."""

    tag: str = ""
    on: str = "contact"
    add: bool = True


@dataclass(frozen=True, slots=True)
class SetField(Effect):
    """A field of the contact."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Note(Effect):
    text: str = ""


@dataclass(frozen=True, slots=True)
class OptOut(Effect):
    """No more marketing (or again)."""

    stops: bool = True


@dataclass(frozen=True, slots=True)
class Track(Effect):
    """One analytics event."""

    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assign(Effect):
    """Who takes over when the bot hands over, unless that step says otherwise; the flow goes on."""

    queue: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Close(Effect):
    outcome: str = "resolved"


@dataclass(frozen=True, slots=True)
class Handoff(Effect):
    """To a person: an agent, else a department, else a queue, else the number's own queue. `reason` is empty when the
    flow meant it; `answer` is what the agent might say first."""

    queue: str = ""
    department: str = ""
    agent: str = ""
    note: str = ""
    answer: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finished(Effect):
    """The session is over; `reason`: end, closed, handoff, or what went wrong."""

    reason: str = "end"


@dataclass(slots=True)
class Took:
    """One step, for the replay. Effects with keys `<number>.…` belong to it."""

    number: int
    version: str
    node: str
    kind: str
    port: str
    heard: Mapping[str, Any] | None
    delta: Mapping[str, Any]
