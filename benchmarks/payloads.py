"""Meta's webhook bodies, as real ones look."""

import hashlib
import hmac
import time
from typing import Any

import orjson

Json = dict[str, Any]


def wrap(demo: Json, **value: Any) -> bytes:
    number = demo["number"]
    metadata = {
        "display_phone_number": number["phone"].lstrip("+").replace(" ", ""),
        "phone_number_id": number["phone_number_id"],
    }
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return orjson.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": demo["waba_id"], "changes": [change]}]}
    )


def inbound(demo: Json, person: int, wamid: str, text: str) -> bytes:
    wa_id, bsuid = phone(person), f"BR.{person:020d}"
    contact = {"profile": {"name": f"Cliente {person}"}, "wa_id": wa_id, "user_id": bsuid}
    message = {
        "from": wa_id,
        "from_user_id": bsuid,
        "id": wamid,
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    return wrap(demo, contacts=[contact], messages=[message])


def status(demo: Json, person: int, wamid: str, state: str) -> bytes:
    entry = {
        "id": wamid,
        "status": state,
        "timestamp": str(int(time.time())),
        "recipient_id": phone(person),
        "pricing": {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"},
    }
    return wrap(demo, statuses=[entry])


def phone(person: int) -> str:
    """A Brazilian mobile; the canonical key of identities has no ninth digit."""
    return f"55119{10_000_000 + person:08d}"


def phone_key(person: int) -> str:
    return f"5511{10_000_000 + person:08d}"


def request(demo: Json, body: bytes) -> bytes:
    """A whole signed HTTP request, ready for the socket."""
    digest = hmac.new(demo["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/whatsapp/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "User-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"X-Hub-Signature-256: sha256={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
