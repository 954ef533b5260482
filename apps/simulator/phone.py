"""The phone page and the few calls it makes: state, threads, sending, uploads, and a live socket."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from apps.simulator import identity, inbound, ogg, payloads, phones, samples
from apps.simulator.control import control
from apps.simulator.entities import JSON, Customer, Number
from apps.simulator.graph.http import JsonResponse
from apps.simulator.hub import Phone
from apps.simulator.phone_view import message_view, summary
from apps.simulator.service import Simulator, of

HERE = Path(__file__).parent
UPLOAD_LIMIT = 100 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(self)",
    "Cache-Control": "no-cache",
}
INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")


async def page(request: Request) -> Response:
    return FileResponse(HERE / "pages" / "phone.html", media_type="text/html", headers=HEADERS)


async def favicon(request: Request) -> Response:
    return FileResponse(HERE / "static" / "icon.svg", media_type="image/svg+xml", headers=HEADERS)


# -- reading -----------------------------------------------------------------------------------------------------------


async def state(simulator: Simulator, query: JSON) -> JSON:
    world = simulator.world
    numbers = [{"id": n.id, "name": n.verified_name, "display": n.display_number} for n in world.numbers.values()]
    return {"numbers": numbers, "customers": [_card(simulator, c) for c in world.shown_customers()]}


def _card(simulator: Simulator, customer: Customer) -> JSON:
    """One line of the list of people, with what each number last said to them."""
    world = simulator.world
    chats = {}
    for number_id in world.numbers:
        thread = [m for m in world.thread(number_id, customer.key) if simulator.arrived(m) and m.type != "reaction"]
        if not thread:
            continue
        unread = sum(1 for m in thread if m.direction == "business" and m.status == "delivered")
        last = thread[-1]
        mine = last.direction == "customer"
        chats[number_id] = {"at": last.at, "text": summary(world, last), "mine": mine, "unread": unread}
    return world.customer_card(customer) | {"chats": chats}


async def thread(simulator: Simulator, query: JSON) -> JSON:
    number, customer = _chat(simulator, query)
    messages = simulator.world.thread(number.id, customer.key)
    views = [message_view(simulator.world, m) for m in messages if m.type != "reaction" and simulator.arrived(m)]
    return {"messages": views}


def _chat(simulator: Simulator, body: JSON) -> tuple[Number, Customer]:
    return simulator.world.numbers[str(body["number"])], simulator.world.customers[str(body["customer"])]


async def media(request: Request) -> Response:
    stored = of(request).world.media.get(request.path_params["id"])
    if stored is None:
        return Response("Not found", 404)
    shown = stored.mime_type.startswith(INLINE)
    headers = HEADERS | {"Content-Disposition": "inline" if shown else "attachment"}
    kind = stored.mime_type if shown else "application/octet-stream"
    return ranged(stored.data, kind, headers, request.headers.get("range", ""))


def ranged(data: bytes, kind: str, headers: dict[str, str], wanted: str) -> Response:
    """Players ask for pieces; without them they cannot know how long a recording is."""
    headers = headers | {"Accept-Ranges": "bytes"}
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
    if not match:
        return Response(data, media_type=kind, headers=headers)
    start, end = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
    if start > end:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], 206, headers, kind)


# -- acting ------------------------------------------------------------------------------------------------------------


async def send(simulator: Simulator, body: JSON) -> JSON:
    """A message the person wrote; what it holds is what WhatsApp itself would let them send."""
    number, customer = _chat(simulator, body)
    context_id = str(body.get("context_id") or "")
    message = inbound.play(simulator, number, customer, str(body["type"]), body["content"], context_id=context_id)
    return {"message": message_view(simulator.world, message)}


async def pay(simulator: Simulator, body: JSON) -> JSON:
    """The person paid a charge: Meta tells the business, as often as it is told to."""
    message = simulator.world.messages[str(body["id"])]
    parameters = message.content["action"]["parameters"]
    number = simulator.world.numbers[message.number_id]
    status = payloads.payment(simulator.world, message, parameters)
    simulator.emit(number, "messages", payloads.value(number, statuses=[status]))
    return {"reference": parameters["reference_id"]}


async def stop_marketing(simulator: Simulator, body: JSON) -> JSON:
    number, customer = _chat(simulator, body)
    value = "resume" if customer.marketing_stopped else "stop"
    identity.change(simulator, number, customer, "user_preferences", {"value": value}, None)
    return {"stopped": customer.marketing_stopped}


async def online(simulator: Simulator, body: JSON) -> JSON:
    customer = simulator.world.customers[str(body["customer"])]
    customer.online = bool(body["online"])
    if customer.online:
        simulator.statuses.came_online(customer)
    simulator.hub.push({"type": "reload"})
    return {"online": customer.online}


async def played(simulator: Simulator, body: JSON) -> JSON:
    message = simulator.world.messages[str(body["id"])]
    if message.direction == "business":
        simulator.statuses.played(message)
    return {"status": message.status}


async def add_customer(simulator: Simulator, body: JSON) -> JSON:
    name, username = str(body.get("name", "")).strip()[:80], str(body.get("username", "")).strip().lstrip("@")
    phone = phones.digits(str(body.get("phone", "")))
    if not name or not (username or 8 <= len(phone) <= 15):
        raise ValueError("a person needs a name, and a phone or a username")
    world = simulator.world
    known = world.by_phone(phone) if phone else None
    key = known.key if known else str(len(world.shown_customers()) + 1)
    customer = known or Customer(key=key, name=name, phone=phone, username=username)
    customer.name, customer.shown = name, True
    world.add_customer(customer)
    simulator.hub.push({"type": "reload"})
    return _card(simulator, customer)


async def upload(request: Request) -> Response:
    """A file the person picked or recorded; recordings become the Ogg/Opus of a voice note."""
    simulator = of(request)
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > UPLOAD_LIMIT:
            return JsonResponse({"error": "too big"}, 413)
    mime_type = request.headers.get("content-type", "application/octet-stream")
    name = request.query_params.get("name", "")[:200]
    content = bytes(data)
    if mime_type.startswith("audio/webm"):
        try:
            content, mime_type = ogg.from_webm(content), "audio/ogg; codecs=opus"
        except ValueError:
            return JsonResponse({"error": "no sound"}, 400)
    stored = simulator.world.add_media(content, mime_type, name, "customer")
    return JsonResponse({"id": stored.id, "mime": mime_type})


async def sample(simulator: Simulator, body: JSON) -> JSON:
    data, mime_type, name = samples.sample(str(body["kind"]))
    return {"id": simulator.world.add_media(data, mime_type, name, "customer").id, "mime": mime_type}


# -- live --------------------------------------------------------------------------------------------------------------


async def live(socket: WebSocket) -> None:
    """Pushes every change down; carries up only which chat is being looked at."""
    await socket.accept()
    simulator = of(socket)
    phone = Phone(socket)
    simulator.hub.phones.add(phone)
    pump = asyncio.create_task(phone.pump())
    try:
        while True:
            _look(simulator, phone, orjson.loads(await socket.receive_text()))
    except (WebSocketDisconnect, ValueError, KeyError, TypeError):
        with suppress(RuntimeError):
            await socket.close()
    finally:
        simulator.hub.phones.discard(phone)
        pump.cancel()


def _look(simulator: Simulator, phone: Phone, event: Any) -> None:
    if event["type"] != "look":
        return
    if not event.get("customer"):
        phone.viewing = None
        return
    number, customer = _chat(simulator, event)
    phone.viewing = (number.id, customer.key)
    simulator.statuses.opened(number.id, customer)


class Assets(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(HEADERS)
        return response


def phone_routes() -> list[BaseRoute]:
    return [
        Route("/", page, methods=["GET"]),
        Route("/favicon.ico", favicon, methods=["GET"]),
        Route("/phone/state", control(state), methods=["GET"]),
        Route("/phone/thread", control(thread), methods=["GET"]),
        Route("/phone/media/{id}", media, methods=["GET"]),
        Route("/phone/media", upload, methods=["POST"]),
        Route("/phone/send", control(send), methods=["POST"]),
        Route("/phone/pay", control(pay), methods=["POST"]),
        Route("/phone/sample", control(sample), methods=["POST"]),
        Route("/phone/online", control(online), methods=["POST"]),
        Route("/phone/played", control(played), methods=["POST"]),
        Route("/phone/marketing", control(stop_marketing), methods=["POST"]),
        Route("/phone/customers", control(add_customer), methods=["POST"]),
        WebSocketRoute("/live", live),
        Mount("/static", Assets(directory=HERE / "static")),
    ]
