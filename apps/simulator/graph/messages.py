"""POST /<number>/messages: the send door, and read receipts."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

from apps.simulator import phones, pricing
from apps.simulator.behaviour import AfterRule, struck_after, struck_error
from apps.simulator.entities import JSON, Customer, Message, Number
from apps.simulator.errors import GraphError, bad, invalid
from apps.simulator.graph import http
from apps.simulator.links import fetch_links
from apps.simulator.service import Simulator
from apps.simulator.validation import MEDIA_TYPES, check_message, check_request
from apps.simulator.validation_templates import resolve

TYPING_SECONDS = 25
UNREACHABLE = 131026


@http.endpoint("messages")
async def messages(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request)
    body = check_request(await http.json_body(request))
    if "status" in body:
        return http.JsonResponse(mark_read(simulator, number, body))
    return await send(simulator, request, number, body)


@http.endpoint("messages")
async def marketing_messages(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request)
    body = check_request(await http.json_body(request))
    if body.get("type") != "template":
        raise GraphError(134100, "Only marketing templates are supported.")
    return await send(simulator, request, number, body)


async def send(simulator: Simulator, request: Request, number: Number, body: JSON) -> Response:
    message = accept(simulator, number, body)
    begin(simulator, message)
    rule = struck_after(simulator.behaviour, simulator.dice, str(body.get("to") or body.get("recipient")))
    if rule:
        await lose_answer(request, rule)
        if rule.mode == "5xx":
            return Response("<html><body>Sorry, something went wrong.</body></html>", 503, media_type="text/html")
    return http.JsonResponse(answer(simulator, number, message, body))


def accept(simulator: Simulator, number: Number, body: JSON) -> Message:
    """Check a send against every synchronous rule and take it into the world."""
    kind = check_message(body)
    customer, by_phone = recipient(simulator, number, body)
    _struck(simulator, str(body.get("to") or body.get("recipient")))
    _number_can_send(number)
    content = body[kind]
    template = resolve(simulator.world.account_of(number), content) if kind == "template" else None
    if not by_phone and template and template.category == "AUTHENTICATION":
        raise GraphError(131062, "Authentication templates need a phone number.")
    _references(simulator, kind, content)
    simulator.limits.check(number, customer)
    message = Message(
        id=simulator.world.new_wamid(),
        number_id=number.id,
        customer=customer,
        direction="business",
        type=kind,
        content=content,
        at=simulator.world.clock.now(),
        context_id=(body.get("context") or {}).get("message_id", ""),
        callback_data=body.get("biz_opaque_callback_data", ""),
        by_phone=by_phone,
        payload=body,
        template=template,
    )
    _late_errors(simulator, number, message)
    return message


def recipient(simulator: Simulator, number: Number, body: JSON) -> tuple[Customer, bool]:
    """The person addressed, and whether by phone; `to` wins over `recipient`."""
    world = simulator.world
    if not body.get("to"):
        found = world.by_user_id(body["recipient"])
        if found is None:
            raise GraphError(UNREACHABLE, "No user with this business-scoped user id.")
        return found, False
    phone = _international(number, body["to"])
    if phone == number.digits:
        raise GraphError(131021, "The recipient is the sender.")
    customer = world.by_phone(phone)
    if customer is None:
        customer = world.stranger(phone, simulator.behaviour.ninth_digit)
        if simulator.behaviour.unknown_recipients == "fail":
            customer.refusal = UNREACHABLE
    number.phones_known.add(customer.key)
    return customer, True


def _international(number: Number, to: str) -> str:
    """Without a plus Meta prepends the business's country code when the number has none."""
    phone = phones.digits(to)
    if to.startswith("+") or len(phone) > 11:
        return phone
    return ("55" if number.digits.startswith("55") else number.digits[:1]) + phone


def _struck(simulator: Simulator, to: str) -> None:
    rule = struck_error(simulator.behaviour, simulator.dice, "messages", to, "response")
    if rule:
        raise GraphError(rule.code, rule.details, rule.http_status)


def _number_can_send(number: Number) -> None:
    if number.status not in ("CONNECTED", "FLAGGED"):
        raise GraphError(133010, "The phone number is not registered on the Cloud API.")


def _references(simulator: Simulator, kind: str, content: JSON) -> None:
    if kind == "reaction" and content["message_id"] not in simulator.world.messages:
        raise invalid("reaction['message_id'] is not a message of this conversation.")
    if kind in MEDIA_TYPES and content.get("id") and simulator.world.find_media(str(content["id"])) is None:
        raise bad(f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")


def _late_errors(simulator: Simulator, number: Number, message: Message) -> None:
    """The 24-hour window: by default Meta accepts, then reports 131047 in a failed status."""
    if message.type == "template" or _window_allows(simulator, number, message.customer):
        return
    if not simulator.behaviour.async_errors:
        details = "More than 24 hours have passed since the customer last replied to this number."
        raise GraphError(131047, details)
    message.error = 131047


def _window_allows(simulator: Simulator, number: Number, customer: Customer) -> bool:
    mode = simulator.behaviour.window
    window = simulator.world.window(number, customer)
    if mode == "off" or (mode == "known" and window is None):
        return True
    return pricing.window_open(window, simulator.world.clock.now())


# -- after accepting ---------------------------------------------------------------------------------------------------


def begin(simulator: Simulator, message: Message) -> None:
    world = simulator.world
    world.record(message)
    window = world.window(world.numbers[message.number_id], message.customer)
    pricing.begin_free_entry(window, message.at)
    if message.type == "reaction":
        _react(simulator, message.content)
    else:
        simulator.show(message)
    if simulator.behaviour.fetch_links and message.type != "text":
        fetch_links(simulator, message)
    else:
        simulator.statuses.accepted(message)


def _react(simulator: Simulator, content: JSON) -> None:
    target = simulator.world.messages[content["message_id"]]
    target.reaction_business = content.get("emoji", "")
    simulator.show(target)


def answer(simulator: Simulator, number: Number, message: Message, body: JSON) -> JSON:
    customer = message.customer
    contact = {"input": body["to"] if message.by_phone else body["recipient"]}
    if message.by_phone:
        contact["wa_id"] = customer.wa_id
    else:
        contact["user_id"] = customer.user_id(simulator.world.business_id(number))
    sent: JSON = {"id": message.id}
    if message.type == "template":
        held = simulator.dice.hit(simulator.behaviour.hold_for_quality)
        sent["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


async def lose_answer(request: Request, rule: AfterRule) -> None:
    """Accepted, but the caller does not learn it: never, late, or by a broken connection."""
    if rule.mode == "reset":
        transport = getattr(getattr(request.scope["simulator.send"], "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
    elif rule.mode in ("hang", "late"):
        await _wait(request.receive, rule.delay_ms / 1000)


async def _wait(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


# -- read receipts -----------------------------------------------------------------------------------------------------


def mark_read(simulator: Simulator, number: Number, body: JSON) -> JSON:
    if body["status"] != "read":
        raise invalid("status must be 'read'.")
    target = simulator.world.messages.get(str(body.get("message_id", "")))
    if target is None or target.direction != "customer" or target.number_id != number.id:
        raise invalid("message_id is not a message received by this number.")
    for message in simulator.world.thread(number.id, target.customer.key):
        if message.direction == "customer" and message.at <= target.at and message.status == "delivered":
            message.status = "read"
            simulator.show(message)
    if body.get("typing_indicator"):
        chat = {"customer": target.customer.key, "number": number.id}
        simulator.tell("typing", seconds=TYPING_SECONDS, **chat)
    return http.SUCCESS
