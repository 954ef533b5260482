"""Two AI providers that answer by rule. The model's name chooses what goes wrong: sim-html, sim-huge, sim-empty …"""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

WRONG_KEY = "wrong"
HUGE = 10 * 1024 * 1024
SLOW_SECONDS = 30
_FAILURES: dict[str, Response] = {
    "sim-html": Response("<html><body>Welcome to our hotel Wi-Fi</body></html>", media_type="text/html"),
    "sim-empty": Response(b""),
    "sim-huge": Response(b"[" + b'"x",' * (HUGE // 4) + b'""]', media_type="application/json"),
    "sim-429": JSONResponse({"error": {"message": "slow down"}}, 429, {"Retry-After": "120"}),
    "sim-500": JSONResponse({"error": {"message": "overloaded"}}, 500),
    "sim-400": JSONResponse({"error": {"message": "bad"}}, 400),
    "sim-odd": JSONResponse({"choices": "none", "content": 7}),
    "sim-list": JSONResponse([1, 2, 3]),
}


def ai_routes() -> list[BaseRoute]:
    return [
        Route("/ai/v1/chat/completions", chat_completions, methods=["POST"]),
        Route("/ai/v1/messages", messages, methods=["POST"]),
    ]


async def chat_completions(request: Request) -> Response:
    body = await request.json()
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    failure = await _failure(body.get("model"), key)
    if failure is not None:
        return failure
    said = _last_words(body["messages"])
    message: dict[str, Any] = {"role": "assistant", "content": _words(said)}
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    if schema:
        message["content"] = json.dumps(_object(schema, said))
    tools = [(each["function"]["name"], each["function"]["parameters"]) for each in body.get("tools", [])]
    if tool := _wanted(tools, body["messages"], said):
        arguments = json.dumps(_fill(tool[1], said))
        call = {"id": "call_1", "type": "function", "function": {"name": tool[0], "arguments": arguments}}
        message |= {"content": None, "tool_calls": [call]}
    came, went = _tokens(body["messages"]), _tokens(message)
    limit = body.get("max_tokens") or body.get("max_completion_tokens") or went
    usage = {"prompt_tokens": came, "completion_tokens": min(went, limit), "total_tokens": came + min(went, limit)}
    return JSONResponse({"id": "chatcmpl-1", "choices": [{"index": 0, "message": message}], "usage": usage})


async def messages(request: Request) -> Response:
    body = await request.json()
    failure = await _failure(body.get("model"), request.headers.get("x-api-key", ""))
    if failure is not None:
        return failure
    said = _last_words(body["messages"])
    blocks: list[dict[str, Any]] = [{"type": "text", "text": _words(said)}]
    tools = [(each["name"], each["input_schema"]) for each in body.get("tools", [])]
    forced = (body.get("tool_choice") or {}).get("name")
    chosen = next((tool for tool in tools if tool[0] == forced), None) or _wanted(tools, body["messages"], said)
    if chosen:
        blocks = [{"type": "tool_use", "id": "toolu_1", "name": chosen[0], "input": _object(chosen[1], said)}]
    usage = {"input_tokens": _tokens(body["messages"]), "output_tokens": min(_tokens(blocks), body["max_tokens"])}
    return JSONResponse({"id": "msg_1", "type": "message", "role": "assistant", "content": blocks, "usage": usage})


async def _failure(model: Any, key: str) -> Response | None:
    if key == WRONG_KEY:
        return JSONResponse({"error": {"message": "invalid key"}}, 401)
    if not isinstance(model, str) or not model.startswith("sim-"):
        return JSONResponse({"error": {"message": "no such model"}}, 404)
    if model == "sim-slow":
        await asyncio.sleep(SLOW_SECONDS)
    return _FAILURES.get(model)


def _words(said: str) -> str:
    return f"Você disse: {said}" if said else "Olá!"


def _last_words(turns: list[dict[str, Any]]) -> str:
    content = turns[-1].get("content") or ""
    if isinstance(content, list):
        content = " ".join(str(block.get("text") or block.get("content") or "") for block in content)
    return str(content)


def _wanted(tools: list[tuple[str, Any]], turns: list[dict[str, Any]], said: str) -> tuple[str, Any] | None:
    """The first tool that the customer's words name; never after a tool's own result."""
    is_result = turns[-1].get("role") == "tool" or "tool_result" in str(turns[-1].get("content"))
    return None if is_result else next((tool for tool in tools if tool[0] in said), None)


_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}


def _object(schema: dict[str, Any], said: str) -> dict[str, Any]:
    """An object that was said is given back as it is: so a test chooses what the AI answers."""
    try:
        found = json.loads(said)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else _fill(schema, said)


def _fill(schema: dict[str, Any], said: str) -> dict[str, Any]:
    """An object that follows the schema's types; texts are what was said."""
    properties = schema.get("properties", {})
    return {name: _value(about, said) for name, about in properties.items()}


def _value(about: dict[str, Any], said: str) -> Any:
    if about.get("enum"):
        return about["enum"][0]
    if about.get("type") == "object":
        return _fill(about, said)
    return _BY_TYPE.get(str(about.get("type")), said)


def _tokens(value: Any) -> int:
    """About four letters each, as real ones."""
    return len(json.dumps(value)) // 4 + 1
