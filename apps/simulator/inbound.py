"""What customers do: any inbound message, as a webhook, as a bubble, and as the start of a window."""

import asyncio
import base64
import binascii
from typing import Any

from apps.simulator import payloads, samples
from apps.simulator.entities import JSON, Customer, Message, Number
from apps.simulator.graph.media import download_url
from apps.simulator.service import Simulator
from apps.simulator.validation import MEDIA_TYPES

TYPES = (
    "text",
    *MEDIA_TYPES,
    "location",
    "contacts",
    "button",
    "interactive",
    "reaction",
    "order",
    "edit",
    "revoke",
    "unsupported",
    "request_welcome",
)


def play(
    simulator: Simulator,
    number: Number,
    customer: Customer,
    kind: str,
    content: Any,
    *,
    context_id: str = "",
    extra: JSON | None = None,
    done: asyncio.Future[int] | None = None,
) -> Message:
    """One message from a customer to a number; `extra` overrides any key of the webhook message."""
    if kind not in TYPES:
        raise ValueError(f"unknown message type {kind}")
    world = simulator.world
    content = _complete(simulator, kind, content)
    message = Message(
        id=str((extra or {}).get("id") or world.new_wamid()),
        number_id=number.id,
        customer=customer,
        direction="customer",
        type=kind,
        content=content,
        at=float((extra or {}).get("timestamp") or world.clock.now()),
        status="sent",
        context_id=context_id,
    )
    _apply(simulator, message)
    window = world.open_window(number, customer, message.at)
    if (extra or {}).get("referral"):
        window.ad_clicked_at = message.at
    if customer.key not in number.blocked:
        _send(simulator, number, message, extra or {}, done)
    elif done:
        done.set_result(0)
    simulator.show(message)
    return message


def _complete(simulator: Simulator, kind: str, content: Any) -> Any:
    """Fill shorthands: plain text, and media given as a sample, as base64 or as the id of an upload."""
    if kind == "text" and isinstance(content, str):
        return {"body": content}
    if kind in MEDIA_TYPES and isinstance(content, dict):
        return _media(simulator, kind, dict(content))
    return content


def _media(simulator: Simulator, kind: str, content: JSON) -> JSON:
    world = simulator.world
    if content.pop("sample", False):
        data, mime_type, name = samples.sample(kind)
        content["id"] = world.add_media(data, mime_type, name, "customer").id
    elif "base64" in content:
        try:
            data = base64.b64decode(content.pop("base64"), validate=True)
        except (binascii.Error, TypeError) as error:
            raise ValueError("base64 is not valid") from error
        media = world.add_media(data, str(content.get("mime_type", "")), str(content.get("filename", "")), "customer")
        content["id"] = media.id
    stored = world.media.get(str(content.get("id", "")))
    if stored is None:
        return content
    known: JSON = {"mime_type": stored.mime_type, "sha256": stored.sha256, "url": download_url(simulator, stored)}
    if kind == "document":
        known["filename"] = stored.filename
    if kind == "audio":
        known["voice"] = stored.mime_type.startswith("audio/ogg")
    if kind == "sticker":
        known["animated"] = False
    return known | content


def _apply(simulator: Simulator, message: Message) -> None:
    """Keep the world in step: reactions, edits and deletions change the message they name."""
    world = simulator.world
    content = message.content if isinstance(message.content, dict) else {}
    if message.type == "reaction":
        target = world.messages.get(str(content.get("message_id", "")))
        if target:
            target.reaction_customer = str(content.get("emoji") or "")
            simulator.show(target)
        return
    if message.type in ("edit", "revoke"):
        _change_original(simulator, message.type, content)
        return
    world.record(message)


def _change_original(simulator: Simulator, kind: str, content: JSON) -> None:
    original = simulator.world.messages.get(str(content.get("original_message_id", "")))
    if original is None:
        return
    if kind == "revoke":
        original.deleted = True
    else:
        edited = content.get("message") or {}
        original.content = edited.get(str(edited.get("type", original.type)), original.content)
    simulator.show(original)


def _send(
    simulator: Simulator, number: Number, message: Message, extra: JSON, done: asyncio.Future[int] | None
) -> None:
    world = simulator.world
    body = _message_object(simulator, number, message) | extra
    card = payloads.contact(world, number, message.customer)
    accepted = done or asyncio.get_running_loop().create_future()
    accepted.add_done_callback(lambda future: _delivered(simulator, message, future))
    simulator.emit(number, "messages", payloads.value(number, contacts=[card], messages=[body]), accepted)


def _delivered(simulator: Simulator, message: Message, future: "asyncio.Future[int]") -> None:
    """The second tick of the customer's own message: the business has taken it."""
    if not future.cancelled() and future.result() == 200 and message.status == "sent":
        message.status = "delivered"
        simulator.show(message)


def _message_object(simulator: Simulator, number: Number, message: Message) -> JSON:
    customer = message.customer
    body: JSON = {"id": message.id, "timestamp": str(int(message.at)), "type": message.type}
    body |= sender(simulator, number, customer)
    if message.context_id:
        body["context"] = _context(simulator, number, message)
    if message.content is not None:
        body[message.type] = message.content
    if message.type == "unsupported":
        body["errors"] = [_unsupported_error()]
    return body


def sender(simulator: Simulator, number: Number, customer: Customer) -> JSON:
    who = {"from_user_id": customer.user_id(simulator.world.business_id(number))}
    if simulator.world.phone_visible(number, customer):
        who["from"] = customer.wa_id
    return who


def _context(simulator: Simulator, number: Number, message: Message) -> JSON:
    quoted = simulator.world.messages.get(message.context_id)
    if quoted and quoted.direction == "customer":
        who = sender(simulator, number, message.customer)
        return {"id": message.context_id} | who
    return {"from": number.digits, "id": message.context_id}


def _unsupported_error() -> JSON:
    return {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
