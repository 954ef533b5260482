"""What every Graph endpoint shares: token check, usage headers, error shape, JSON, faults, paging, fields."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from apps.simulator.behaviour import struck_error
from apps.simulator.entities import JSON, Account, Number, Token
from apps.simulator.errors import GraphError
from apps.simulator.service import Simulator, of

Handler = Callable[[Simulator, Request], Awaitable[Response]]
QUOTA_PER_HOUR = 5_000


class JsonResponse(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


SUCCESS = {"success": True}


def endpoint(name: str) -> Callable[[Handler], Callable[[Request], Awaitable[Response]]]:
    """Turn a handler into a route: latency, struck errors and Meta's error body come from here."""

    def wrap(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def route(request: Request) -> Response:
            simulator = of(request)
            try:
                await _faults(simulator, name)
                response = await handler(simulator, request)
            except GraphError as error:
                response = JsonResponse(error.body(), error.status_code)
                if error.status_code == 401:
                    response.headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{error.title}"'
            return _with_usage(simulator, request, response)

        return route

    return wrap


async def _faults(simulator: Simulator, name: str) -> None:
    behaviour = simulator.behaviour
    if behaviour.latency_ms or behaviour.latency_jitter_ms:
        pause = behaviour.latency_ms + simulator.dice.spread(behaviour.latency_jitter_ms)
        await asyncio.sleep(pause / 1000)
    if name != "messages" and (rule := struck_error(behaviour, simulator.dice, name, "", "response")):
        raise GraphError(rule.code, rule.details, rule.http_status)


def _with_usage(simulator: Simulator, request: Request, response: Response) -> Response:
    simulator.calls += 1
    percent = min(99, simulator.calls % QUOTA_PER_HOUR * 100 // QUOTA_PER_HOUR)
    usage = f'"call_count":{percent},"total_cputime":{percent // 2},"total_time":{percent // 2}'
    version = request.url.path.split("/", 2)[1]
    case = f'{{"type":"whatsapp",{usage},"estimated_time_to_regain_access":0}}'
    response.headers["X-App-Usage"] = "{" + usage + "}"
    response.headers["X-Business-Use-Case-Usage"] = f'{{"{simulator.config.waba_id}":[{case}]}}'
    response.headers["facebook-api-version"] = version if version.startswith("v") else "v26.0"
    return response


# -- authorisation -----------------------------------------------------------------------------------------------------


def authorise(simulator: Simulator, request: Request, waba_id: str = "", scope: str = "") -> Token:
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() not in ("bearer", "oauth"):
        value = request.query_params.get("access_token", "")
    if not value:
        raise GraphError(104, "An access token is required to request this resource.")
    token = simulator.world.tokens.get(value)
    if token is None:
        raise GraphError(190, "Cannot parse access token.")
    if token.expires_at is not None and token.expires_at <= simulator.world.clock.now():
        raise GraphError(190, "Session has expired.", subcode=463)
    _permitted(token, waba_id, scope)
    return token


def _permitted(token: Token, waba_id: str, scope: str) -> None:
    if scope and scope not in token.scopes:
        raise GraphError(10, f"Application does not have permission for this action ({scope}).")
    if waba_id and token.waba_ids is not None and waba_id not in token.waba_ids:
        raise GraphError(200, "You do not have the necessary permissions on this WhatsApp account.")


def unknown(object_id: str) -> GraphError:
    details = f"Object with ID '{object_id[:40]}' does not exist, cannot be loaded due to missing permissions."
    return GraphError(100, details, subcode=33)


def number_for(simulator: Simulator, request: Request, scope: str = "whatsapp_business_messaging") -> Number:
    number = simulator.world.numbers.get(request.path_params["id"])
    authorise(simulator, request, number.waba_id if number else "", scope)
    if number is None:
        raise unknown(request.path_params["id"])
    return number


def account_for(simulator: Simulator, request: Request) -> Account:
    account = simulator.world.accounts.get(request.path_params["id"])
    authorise(simulator, request, account.id if account else "", "whatsapp_business_management")
    if account is None:
        raise unknown(request.path_params["id"])
    return account


# -- bodies, fields, pages ---------------------------------------------------------------------------------------------


async def json_body(request: Request) -> Any:
    """The JSON body; forms are accepted as Graph accepts them."""
    if request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/")):
        return {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    raw = await request.body()
    try:
        return orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise GraphError(100, "The body is not valid JSON.") from error


def mapping(body: Any) -> JSON:
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    return body


def fields_of(request: Request, default: tuple[str, ...]) -> tuple[str, ...]:
    """Names in `fields=`; what stands in brackets or after a dot belongs to the name before it."""
    asked = request.query_params.get("fields", "")
    flat = re.sub(r"\{[^}]*\}|\([^)]*\)|\.\w+", "", asked)
    names = tuple(name.strip() for name in flat.split(",") if name.strip())
    return names or default


def pick(source: JSON, names: tuple[str, ...]) -> JSON:
    return {name: source[name] for name in ("id", *names) if source.get(name) is not None}


def page(request: Request, items: list[JSON]) -> JSON:
    """One page in Graph's cursor form; a cursor is the position of an item."""
    params = request.query_params
    limit = min(max(int(params.get("limit", "25")) if params.get("limit", "25").isdigit() else 25, 1), 250)
    start = int(params["after"]) if params.get("after", "").isdigit() else 0
    shown = items[start : start + limit]
    paging: JSON = {"cursors": {"before": str(start), "after": str(start + len(shown))}}
    if start + limit < len(items):
        paging["next"] = str(request.url.include_query_params(after=start + limit))
    return {"data": shown, "paging": paging} if shown else {"data": []}
