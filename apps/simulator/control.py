"""The control API: what tests, demos and load runs use to set the world up, to break it, and to look at it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from apps.simulator import behaviour, control_state, identity, inbound
from apps.simulator.delivery import sign
from apps.simulator.entities import JSON, Customer, Message, Number
from apps.simulator.graph import templates
from apps.simulator.graph.http import JsonResponse
from apps.simulator.service import Simulator, of

WAIT_SECONDS = 10
MAX_REPEAT = 10_000
Handler = Callable[[Simulator, Any], Awaitable[Any]]


def control(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """JSON in, JSON out; a mistake in the request is a 400 with one sentence."""

    async def route(request: Request) -> Response:
        try:
            raw = await request.body()
            body = orjson.loads(raw) if raw else {}
            return JsonResponse(await handler(of(request), body if raw else dict(request.query_params)))
        except (ValueError, TypeError, AttributeError) as error:
            return JsonResponse({"error": str(error)}, 400)
        except KeyError as error:
            return JsonResponse({"error": f"missing or unknown: {error}"}, 400)

    return route


# -- state and faults --------------------------------------------------------------------------------------------------


async def get_state(simulator: Simulator, query: JSON) -> JSON:
    return simulator.world.snapshot() | {"seed": simulator.dice.seed, "counts": dict(simulator.sender.counts)}


async def set_state(simulator: Simulator, body: JSON) -> JSON:
    control_state.update(simulator, body)
    return await get_state(simulator, {})


async def get_faults(simulator: Simulator, query: JSON) -> Any:
    return simulator.behaviour


async def set_faults(simulator: Simulator, body: JSON) -> Any:
    changes = dict(body)
    seed = changes.pop("seed", None)
    behaviour.apply(simulator.behaviour, changes)
    if seed is not None:
        simulator.reseed(int(seed))
    return simulator.behaviour


async def clear_faults(simulator: Simulator, query: JSON) -> Any:
    fresh = behaviour.Behaviour(window=simulator.config.window)
    for name in behaviour.Behaviour.__slots__:
        setattr(simulator.behaviour, name, getattr(fresh, name))
    return simulator.behaviour


async def reset(simulator: Simulator, body: JSON) -> JSON:
    await simulator.reset()
    if body.get("seed") is not None:
        simulator.reseed(int(body["seed"]))
    return {"ok": True, "seed": simulator.dice.seed}


# -- looking -----------------------------------------------------------------------------------------------------------


async def messages(simulator: Simulator, query: JSON) -> JSON:
    """What the business sent; `after` continues from the last `position`."""
    found = simulator.world.sent_after(int(query.get("after", 0)))
    shown = [(n, m) for n, m in found if _matches(m, query)][: int(query.get("limit", 1000))]
    return {
        "messages": [_sent_card(position, message) for position, message in shown],
        "position": shown[-1][0] if shown else int(query.get("after", 0)),
    }


def _matches(message: Message, query: JSON) -> bool:
    customer = message.customer
    addressed = query.get("to") in (None, customer.phone, customer.wa_id, customer.key)
    return addressed and query.get("type") in (None, message.type)


def _sent_card(position: int, message: Message) -> JSON:
    return {
        "position": position,
        "id": message.id,
        "phone_number_id": message.number_id,
        "customer": message.customer.key,
        "type": message.type,
        "status": message.status,
        "error": message.error,
        "at": message.at,
        "payload": message.payload,
    }


async def deliveries(simulator: Simulator, query: JSON) -> JSON:
    return {"counts": dict(simulator.sender.counts), "recent": list(simulator.sender.log)}


# -- playing -----------------------------------------------------------------------------------------------------------


async def inbound_messages(simulator: Simulator, body: Any) -> JSON:
    """One message or a list; `wait` answers when the receiver has taken them."""
    specs = body if isinstance(body, list) else [body] * min(int(body.get("repeat", 1)), MAX_REPEAT)
    played = [_play(simulator, dict(spec)) for spec in specs]
    wait = any(spec.get("wait") for spec in specs)
    statuses = await _settled([done for _, _, done in played]) if wait else []
    cards = [{"id": wamid, "customer": simulator.world.customer_card(customer)} for wamid, customer, _ in played]
    return {"messages": cards, "accepted": statuses.count(200)} if wait else {"messages": cards}


async def _settled(waiting: list[asyncio.Future[int]]) -> list[int]:
    await asyncio.wait(waiting, timeout=WAIT_SECONDS)
    return [future.result() if future.done() and not future.cancelled() else 0 for future in waiting]


def _play(simulator: Simulator, spec: JSON) -> tuple[str, Customer, "asyncio.Future[int]"]:
    number = _number(simulator, spec)
    reference = spec.get("customer", spec.get("from", "1"))
    customer = control_state.find_customer(simulator.world, reference, ninth_digit=simulator.behaviour.ninth_digit)
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    kind = str(spec.get("type", "text"))
    if kind in identity.KINDS:
        wamid = identity.change(simulator, number, customer, kind, spec.get(kind) or {}, done)
        return wamid, customer, done
    extra = dict(spec.get("extra") or {}) | {key: spec[key] for key in ("id", "timestamp", "referral") if key in spec}
    context_id = str(spec.get("context_id", ""))
    content = spec.get(kind)
    message = inbound.play(simulator, number, customer, kind, content, context_id=context_id, extra=extra, done=done)
    return message.id, customer, done


def _number(simulator: Simulator, spec: JSON) -> Number:
    return simulator.world.numbers[str(spec.get("phone_number_id", simulator.config.phone_number_id))]


async def webhook(simulator: Simulator, body: JSON) -> JSON:
    """Any field and value; or a raw body, with signature `good`, `bad` or `none`, posted exactly once."""
    account = simulator.world.accounts[str(body.get("waba_id", simulator.config.waba_id))]
    if "field" in body:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        simulator.emit_account(account, str(body["field"]), dict(body["value"]), done)
        return {"status": (await _settled([done]))[0]}
    raw = str(body["raw"]).encode() if "raw" in body else orjson.dumps(body["body"])
    target = simulator.target(account)
    signatures = {"good": sign(target.secret, raw), "bad": "sha256=" + "0" * 64, "none": None}
    return {"status": await simulator.sender.post_raw(target, raw, signatures[body.get("signature", "good")])}


async def status(simulator: Simulator, body: JSON) -> JSON:
    """Move one business message to a status by hand, in any order."""
    message = simulator.world.messages[body["id"]]
    wanted = str(body["status"])
    message.error = int(body.get("error", message.error or (131000 if wanted == "failed" else 0)))
    simulator.statuses.force(message, wanted)
    return {"id": message.id, "status": message.status}


async def template(simulator: Simulator, body: JSON) -> JSON:
    """A review decision or another status event for a template, by id or by name."""
    account = simulator.world.accounts[str(body.get("waba_id", simulator.config.waba_id))]
    wanted = {str(body.get("id", "")), str(body.get("name", ""))} - {""}
    found = [t for t in account.templates.values() if wanted & {t.id, t.name}]
    if not found:
        raise KeyError("template")
    for each in found:
        templates.decide(simulator, each, str(body["event"]), str(body.get("reason", "NONE")))
    return {"templates": [templates.node(each) for each in found]}


async def verify(simulator: Simulator, body: JSON) -> JSON:
    """Meta's GET handshake against the webhook address."""
    app = simulator.world.apps[str(body.get("app_id", simulator.config.app_id))]
    challenge = str(body.get("challenge", secrets.randbelow(10**10)))
    url, token = str(body.get("url", app.webhook_url)), str(body.get("verify_token", app.verify_token))
    return await simulator.sender.verify(url, token, challenge)


def control_routes() -> list[BaseRoute]:
    return [
        Route("/control/state", control(get_state), methods=["GET"]),
        Route("/control/state", control(set_state), methods=["POST"]),
        Route("/control/faults", control(get_faults), methods=["GET"]),
        Route("/control/faults", control(set_faults), methods=["POST"]),
        Route("/control/faults", control(clear_faults), methods=["DELETE"]),
        Route("/control/messages", control(messages), methods=["GET"]),
        Route("/control/deliveries", control(deliveries), methods=["GET"]),
        Route("/control/inbound", control(inbound_messages), methods=["POST"]),
        Route("/control/webhook", control(webhook), methods=["POST"]),
        Route("/control/status", control(status), methods=["POST"]),
        Route("/control/template", control(template), methods=["POST"]),
        Route("/control/verify", control(verify), methods=["POST"]),
        Route("/control/reset", control(reset), methods=["POST"]),
    ]
