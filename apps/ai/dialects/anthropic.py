"""Anthropic's messages. An object that follows a schema is asked for as the arguments of a tool."""

from typing import Any

from apps.ai.dialects.base import Odd, Request, as_object, named, tokens
from apps.ai.talk import Heard, Question, Tool, ToolCall, Turn

_ANSWER = "answer"


class Anthropic:
    base_url = "https://api.anthropic.com"

    def request(self, question: Question, key: str, *, is_own: bool) -> Request:
        tools = list(question.tools)
        body: dict[str, Any] = {
            "model": question.model,
            "messages": [_message(turn) for turn in question.messages],
            "temperature": question.temperature,
            "max_tokens": question.max_tokens,
        }
        if question.system:
            body["system"] = question.system
        if question.json_schema is not None:
            tools.append(Tool(_ANSWER, "Gives the answer.", question.json_schema))
            body["tool_choice"] = {"type": "any"} if question.tools else {"type": "tool", "name": _ANSWER}
        if tools:
            body["tools"] = [
                {"name": tool.name, "description": tool.description, "input_schema": tool.schema} for tool in tools
            ]
        return Request("/v1/messages", {"x-api-key": key, "anthropic-version": "2023-06-01"}, body)

    def heard(self, body: Any, question: Question) -> Heard:
        blocks = as_object(body).get("content")
        if not isinstance(blocks, list):
            raise Odd("no content")
        text = "".join(str(block.get("text", "")) for block in map(as_object, blocks) if block.get("type") == "text")
        used = [_call(block) for block in blocks if block.get("type") == "tool_use"]
        data = _data(used, question)
        calls = tuple(call for call in used if question.json_schema is None or call.name != _ANSWER)
        if question.json_schema is not None and data is None and not calls:
            raise Odd("no object")
        usage = body.get("usage") if isinstance(body.get("usage"), dict) else {}
        came, went = tokens(usage.get("input_tokens")), tokens(usage.get("output_tokens"))
        return Heard(text, named(calls, question), came or 0, went or 0, None not in (came, went), data)


def _data(used: list[ToolCall], question: Question) -> dict[str, Any] | None:
    if question.json_schema is None:
        return None
    found = next((call.arguments for call in used if call.name == _ANSWER), None)
    if found is not None and not set(question.json_schema.get("required", ())) <= set(found):
        raise Odd("a required property is missing")
    return found


def _call(block: dict[str, Any]) -> ToolCall:
    return ToolCall(str(block.get("id", "")), str(block.get("name", "")), as_object(block.get("input")))


def _message(turn: Turn) -> dict[str, Any]:
    if turn.role == "tool":
        result = {"type": "tool_result", "tool_use_id": turn.tool_call_id, "content": turn.text}
        return {"role": "user", "content": [result]}
    blocks: list[dict[str, Any]] = [{"type": "text", "text": turn.text}] if turn.text else []
    blocks += [{"type": "tool_use", "id": c.id, "name": c.name, "input": c.arguments} for c in turn.tool_calls]
    return {"role": turn.role, "content": blocks}
