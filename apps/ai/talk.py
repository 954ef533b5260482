"""The one language in which callers speak to any provider."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants `name` with `arguments`; `id` ties the result to it."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the talk. A `tool` turn gives the result (`text`) of the call `tool_call_id`."""

    role: Literal["user", "assistant", "tool"]
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may ask for; `schema` is the JSON Schema of its arguments, an object."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    model: str
    system: str
    messages: tuple[Turn, ...]
    temperature: float
    max_tokens: int
    json_schema: dict[str, Any] | None = None
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is the parsed object when a schema was asked for. Tokens are as the provider counted them."""

    text: str
    data: dict[str, Any] | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """A provider's answer before it is paid for; `counted` says that it told the tokens."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    tokens_in: int
    tokens_out: int
    counted: bool
    data: dict[str, Any] | None = field(default=None)
