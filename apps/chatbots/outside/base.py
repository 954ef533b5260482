"""The shape of outside work: a job goes in, what was done comes out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.chatbots.state import Answered
from apps.core.http import OutboundClient


@dataclass(frozen=True, slots=True)
class Job:
    """`work` is `working.dump(effect)`. `began`: somebody may have done it already and was killed. An AI reads the
    messages of `conversation`, or `talk` where there is none: (user or assistant, text), oldest first."""

    work: Mapping[str, Any]
    conversation: UUID | None = None
    began: bool = False
    talk: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return str(self.work["key"])


@dataclass(frozen=True, slots=True)
class Got:
    """The end of a job: `value` for the flow, or `error` in one word; `shown` for the replay, with nothing secret."""

    value: Any = None
    error: str = ""
    shown: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A job made ready in its tenant's scope. `run` touches no database, may take long and raises nothing expected;
    `conclude` has the database again. `request` is for the replay, with nothing secret."""

    request: Mapping[str, Any]
    run: Callable[[OutboundClient], Awaitable[Any]]
    conclude: Callable[[Any], Got]


Doer = Callable[[Job], Call | Got]


@dataclass(frozen=True, slots=True)
class Done:
    """A job's answer for the engine, and what the replay shows of it. `ms`: how long it took."""

    answered: Answered
    request: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    ms: int = 0
