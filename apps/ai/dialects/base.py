"""What a dialect does, and careful reading of what strangers send."""

from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from apps.ai.talk import Heard, Question, ToolCall

MAX_TOKENS = 100_000_000


class Odd(Exception):
    """The body is not what this kind of provider answers."""


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Dialect(Protocol):
    base_url: str

    def request(self, question: Question, key: str, *, is_own: bool) -> Request:
        """`is_own`: the provider's own address, not a compatible one."""

    def heard(self, body: Any, question: Question) -> Heard:
        """Raises Odd."""


def tokens(value: Any) -> int | None:
    """A count that makes sense, else None."""
    return value if type(value) is int and 0 <= value <= MAX_TOKENS else None


def as_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Odd("no object")
    return value


def arguments(text: Any) -> dict[str, Any]:
    """Arguments that came as JSON text; raises Odd."""
    try:
        return as_object(orjson.loads(text or "{}"))
    except (ValueError, TypeError) as error:
        raise Odd("arguments are no JSON") from error


def parsed(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The object that was asked for, with every required property; raises Odd."""
    bare = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    found = arguments(bare)
    if not set(schema.get("required", ())) <= set(found):
        raise Odd("a required property is missing")
    return found


def named(calls: tuple[ToolCall, ...], question: Question) -> tuple[ToolCall, ...]:
    """Only tools that were offered; raises Odd."""
    offered = {tool.name for tool in question.tools}
    if any(call.name not in offered for call in calls):
        raise Odd("a tool that was not offered")
    return calls
