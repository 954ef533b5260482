"""What a message says, by type: the human text, the file, the target, and the JSON-safe rest worth storing."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson

from apps.whatsapp.payloads.model import JSONObject, MediaRef, MessageKind
from apps.whatsapp.payloads.values import (
    PayloadError,
    get_id,
    get_object,
    get_short,
    get_text,
    json_safe,
    need_id,
    objects_in,
    pick,
)

Raw = Mapping[str, Any]
UNKNOWN_TYPE_LENGTH = 64


class Body(NamedTuple):
    kind: MessageKind
    text: str = ""
    content: JSONObject = {}
    media: MediaRef | None = None
    target_wamid: str | None = None


def read_text(raw: Raw, value: Raw) -> Body:
    text = value.get("body")
    if type(text) is not str:
        raise PayloadError("text.body is missing", ".text.body")
    return Body(MessageKind.TEXT, text)


def media_reader(kind: MessageKind) -> Callable[[Raw, Raw], Body]:
    def read(raw: Raw, value: Raw) -> Body:
        media = read_media(value)
        return Body(kind, get_text(value, "caption"), {}, media)

    return read


def read_media(value: Raw) -> MediaRef | None:
    """None when the file did not make it; the message's `errors` then say why."""
    identifier = get_id(value, "id")
    if identifier is None:
        return None
    return MediaRef(
        id=identifier,
        mime=get_short(value, "mime_type", 127),
        sha256=get_short(value, "sha256", 88),
        filename=get_short(value, "filename"),
        caption=get_text(value, "caption"),
        voice=value.get("voice") is True,
        animated=value.get("animated") is True,
        url=get_text(value, "url"),
    )


def read_voice(raw: Raw, value: Raw) -> Body:
    """A type of its own in old payloads."""
    return Body(MessageKind.AUDIO, "", {}, read_media({**value, "voice": True}))


def read_location(raw: Raw, value: Raw) -> Body:
    latitude = _coordinate(value, "latitude", 90)
    longitude = _coordinate(value, "longitude", 180)
    content = {"latitude": latitude, "longitude": longitude, **pick(value, "name", "address", "url")}
    text = ", ".join(part for part in (get_text(value, "name"), get_text(value, "address")) if part)
    return Body(MessageKind.LOCATION, text, content)


def _coordinate(value: Raw, key: str, limit: int) -> float:
    try:
        number = float(get_text(value, key))
    except ValueError:
        number = limit + 1.0
    if not -limit <= number <= limit:
        raise PayloadError(f"{key} is missing or out of range", f".location.{key}")
    return number


def read_contacts(raw: Raw, value: Raw) -> Body:
    keys = ("name", "phones", "emails", "urls", "addresses", "org", "birthday", "origin", "vcard")
    cards = [pick(card, *keys) for card in objects_in(raw, "contacts")]
    if not cards:
        raise PayloadError("contacts is empty", ".contacts")
    names = (get_text(get_object(card, "name"), "formatted_name") or _first_phone(card) for card in cards)
    return Body(MessageKind.CONTACTS, ", ".join(name for name in names if name), {"contacts": cards})


def _first_phone(card: Raw) -> str:
    return next((get_text(phone, "phone") for phone in objects_in(card, "phones")), "")


def read_button(raw: Raw, value: Raw) -> Body:
    content = {"payload": get_text(value, "payload"), "text": get_text(value, "text")}
    return Body(MessageKind.BUTTON, content["text"] or content["payload"], content)


def read_interactive(raw: Raw, value: Raw) -> Body:
    kind = get_text(value, "type")
    inner = get_object(value, kind)
    reader = INTERACTIVE_READERS.get(kind)
    return reader(raw, inner) if reader and inner else Body(MessageKind.INTERACTIVE, "", json_safe(value))


def read_button_reply(raw: Raw, value: Raw) -> Body:
    content = {"id": get_text(value, "id"), "title": get_text(value, "title")}
    return Body(MessageKind.BUTTON_REPLY, content["title"], content)


def read_list_reply(raw: Raw, value: Raw) -> Body:
    content = {key: get_text(value, key) for key in ("id", "title", "description")}
    return Body(MessageKind.LIST_REPLY, content["title"], content)


def read_flow_reply(raw: Raw, value: Raw) -> Body:
    """`response_json` stays the string it was; `response` is its object, or None when it is none."""
    answer = get_text(value, "response_json")
    content = {"name": get_text(value, "name"), "response_json": answer, "response": _parse_answer(answer)}
    return Body(MessageKind.FLOW_REPLY, get_text(value, "body"), content)


def _parse_answer(answer: str) -> JSONObject | None:
    if "\\u0000" in answer:
        return None
    try:
        parsed = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    return json_safe(parsed) if isinstance(parsed, dict) else None


def read_call_permission(raw: Raw, value: Raw) -> Body:
    content = pick(value, "response", "expiration_timestamp", "is_permanent", "response_source")
    return Body(MessageKind.CALL_PERMISSION_REPLY, get_text(value, "response"), content)


def read_reaction(raw: Raw, value: Raw) -> Body:
    """An empty text means that the reaction was taken back."""
    emoji = get_short(value, "emoji", 64)
    return Body(MessageKind.REACTION, emoji, {"emoji": emoji}, None, need_inner_id(value, "message_id", "reaction"))


def read_order(raw: Raw, value: Raw) -> Body:
    content = pick(value, "catalog_id", "text")
    content["product_items"] = [json_safe(item) for item in objects_in(value, "product_items")]
    return Body(MessageKind.ORDER, get_text(value, "text"), content)


def read_edit(raw: Raw, value: Raw) -> Body:
    """The new text and file; `content["type"]` is the type of the edited message."""
    target = need_inner_id(value, "original_message_id", "edit")
    message = get_object(value, "message")
    kind = get_text(message, "type")
    reader = EDITABLE_READERS.get(kind)
    inner = reader(message, get_object(message, kind)) if reader else Body(MessageKind.UNKNOWN)
    return Body(MessageKind.EDIT, inner.text, {"type": kind, **inner.content}, inner.media, target)


def read_revoke(raw: Raw, value: Raw) -> Body:
    return Body(MessageKind.REVOKE, "", {}, None, need_inner_id(value, "original_message_id", "revoke"))


def read_unsupported(raw: Raw, value: Raw) -> Body:
    return Body(MessageKind.UNSUPPORTED, "", {"type": get_short(value, "type", UNKNOWN_TYPE_LENGTH)})


def read_unknown(raw: Raw, kind: str) -> Body:
    content = {"type": kind[:UNKNOWN_TYPE_LENGTH], "value": json_safe(raw.get(kind))}
    return Body(MessageKind.UNKNOWN, "", content)


def need_inner_id(value: Raw, key: str, parent: str) -> str:
    try:
        return need_id(value, key)
    except PayloadError as error:
        raise PayloadError(f"{parent}.{error.reason}", f".{parent}{error.path}") from None


EDITABLE_READERS: dict[str, Callable[[Raw, Raw], Body]] = {
    "text": read_text,
    "image": media_reader(MessageKind.IMAGE),
    "video": media_reader(MessageKind.VIDEO),
    "document": media_reader(MessageKind.DOCUMENT),
}
READERS: dict[str, Callable[[Raw, Raw], Body]] = {
    **EDITABLE_READERS,
    "audio": media_reader(MessageKind.AUDIO),
    "voice": read_voice,
    "sticker": media_reader(MessageKind.STICKER),
    "location": read_location,
    "contacts": read_contacts,
    "button": read_button,
    "interactive": read_interactive,
    "reaction": read_reaction,
    "order": read_order,
    "edit": read_edit,
    "revoke": read_revoke,
    "unsupported": read_unsupported,
}
INTERACTIVE_READERS: dict[str, Callable[[Raw, Raw], Body]] = {
    "button_reply": read_button_reply,
    "list_reply": read_list_reply,
    "nfm_reply": read_flow_reply,
    "call_permission_reply": read_call_permission,
}
