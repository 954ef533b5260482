"""OpenAI's chat completions, and everything that speaks them."""

from typing import Any

import orjson

from apps.ai.dialects.base import Odd, Request, arguments, as_object, named, parsed, tokens
from apps.ai.talk import Heard, Question, ToolCall, Turn


class OpenAi:
    base_url = "https://api.openai.com/v1"

    def request(self, question: Question, key: str, *, is_own: bool) -> Request:
        system = [{"role": "system", "content": question.system}] if question.system else []
        body: dict[str, Any] = {
            "model": question.model,
            "messages": [*system, *map(_message, question.messages)],
            "temperature": question.temperature,
            "max_completion_tokens" if is_own else "max_tokens": question.max_tokens,
        }
        if question.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
                }
                for tool in question.tools
            ]
        if question.json_schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": question.json_schema},
            }
        return Request("/chat/completions", {"Authorization": f"Bearer {key}"} if key else {}, body)

    def heard(self, body: Any, question: Question) -> Heard:
        choices = as_object(body).get("choices")
        if not isinstance(choices, list) or not choices:
            raise Odd("no choices")
        message = as_object(as_object(choices[0]).get("message"))
        text = message.get("content") or ""
        calls = tuple(_call(each) for each in message.get("tool_calls") or ())
        if not isinstance(text, str):
            raise Odd("the content is no text")
        usage = body.get("usage") if isinstance(body.get("usage"), dict) else {}
        came, went = tokens(usage.get("prompt_tokens")), tokens(usage.get("completion_tokens"))
        data = parsed(text, question.json_schema) if question.json_schema is not None and not calls else None
        return Heard(text, named(calls, question), came or 0, went or 0, None not in (came, went), data)


def _message(turn: Turn) -> dict[str, Any]:
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": turn.tool_call_id, "content": turn.text}
    message: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.tool_calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()},
            }
            for call in turn.tool_calls
        ]
    return message


def _call(told: Any) -> ToolCall:
    function = as_object(as_object(told).get("function"))
    return ToolCall(str(told.get("id", "")), str(function.get("name", "")), arguments(function.get("arguments")))
