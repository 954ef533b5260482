"""The body of `POST /<number>/messages` for each kind, from plain values."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.whatsapp.providers.base import SendKind, SendRequest

JSONObject = dict[str, Any]
Content = Mapping[str, Any]


def build_message(request: SendRequest) -> JSONObject:
    """Needs `to` or `recipient`; raises ValueError without."""
    kind, value = BUILDERS[request.kind](request.content, request.kind)
    body: JSONObject = {"messaging_product": "whatsapp", "recipient_type": "individual", "type": kind, kind: value}
    if request.to:
        body["to"] = f"+{request.to.lstrip('+')}"
    elif request.recipient:
        body["recipient"] = request.recipient
    else:
        raise ValueError("the message has no recipient")
    if request.reply_to_wamid and request.kind is not SendKind.REACTION:
        body["context"] = {"message_id": request.reply_to_wamid}
    if request.callback_id:
        body["biz_opaque_callback_data"] = request.callback_id
    return body


def build_read_receipt(wamid: str, *, typing: bool) -> JSONObject:
    body: JSONObject = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _text(content: Content, kind: SendKind) -> tuple[str, Any]:
    return "text", {"body": content["text"], "preview_url": bool(content.get("preview_url", True))}


def _media(content: Content, kind: SendKind) -> tuple[str, Any]:
    return kind.value, {"id": content["media_id"], **_present(content, *MEDIA_EXTRAS[kind])}


def _reaction(content: Content, kind: SendKind) -> tuple[str, Any]:
    return "reaction", {"message_id": content["wamid"], "emoji": content.get("emoji", "")}


def _location(content: Content, kind: SendKind) -> tuple[str, Any]:
    point = {"latitude": content["latitude"], "longitude": content["longitude"]}
    return "location", {**point, **_present(content, "name", "address")}


def _contacts(content: Content, kind: SendKind) -> tuple[str, Any]:
    return "contacts", list(content["contacts"])


def _template(content: Content, kind: SendKind) -> tuple[str, Any]:
    value: JSONObject = {"name": content["name"], "language": {"code": content["language"]}}
    components = [*_media_header(content), *(_with_files(part, content) for part in content.get("components", ()))]
    if components:
        value["components"] = components
    return "template", value


def _media_header(content: Content) -> list[JSONObject]:
    """The file of a template's header, which got its id when it was uploaded."""
    kind = content.get("header_media")
    if not kind:
        return []
    file = {"id": content["media_id"], **_present(content, "filename")}
    return [{"type": "header", "parameters": [{"type": kind, kind: file}]}]


def _with_files(part: JSONObject, content: Content) -> JSONObject:
    """A carousel's cards with their pictures and videos, which got their ids when they were uploaded."""
    if part.get("type") != "carousel" or not content.get("card_media"):
        return part
    files = zip(part["cards"], content["cards"], content["card_media"], strict=True)
    cards = [
        {**card, "components": [_file_header(shown["media"], media_id), *card["components"]]}
        for card, shown, media_id in files
    ]
    return {**part, "cards": cards}


def _file_header(kind: str, media_id: str) -> JSONObject:
    return {"type": "header", "parameters": [{"type": kind, kind: {"id": media_id}}]}


def _buttons(content: Content, kind: SendKind) -> tuple[str, Any]:
    replies = [{"type": "reply", "reply": {"id": b["id"], "title": b["title"]}} for b in content["buttons"]]
    return _interactive("button", content, {"buttons": replies})


def _list(content: Content, kind: SendKind) -> tuple[str, Any]:
    sections = [
        {**_present(section, "title"), "rows": [_present(row, "id", "title", "description") for row in section["rows"]]}
        for section in content["sections"]
    ]
    return _interactive("list", content, {"button": content["button"], "sections": sections})


def _cta_url(content: Content, kind: SendKind) -> tuple[str, Any]:
    parameters = {"display_text": content["label"], "url": content["url"]}
    return _interactive("cta_url", content, {"name": "cta_url", "parameters": parameters})


def _location_request(content: Content, kind: SendKind) -> tuple[str, Any]:
    return _interactive("location_request_message", {"body": content["body"]}, {"name": "send_location"})


def _order_details(content: Content, kind: SendKind) -> tuple[str, Any]:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/payments/payments-br/offsite-pix"""
    total = {"value": content["cents"], "offset": 100}
    pix = {"code": content["code"], "merchant_name": content["merchant"], **_present(content, "key", "key_type")}
    item = {"retailer_id": content["reference"], "name": content["item"], "amount": total, "quantity": 1}
    parameters = {
        "reference_id": content["reference"],
        "type": "digital-goods",
        "payment_type": "br",
        "payment_settings": [{"type": "pix_dynamic_code", "pix_dynamic_code": pix}],
        "currency": "BRL",
        "total_amount": total,
        "order": {"status": "pending", "tax": {"value": 0, "offset": 100}, "items": [item], "subtotal": total},
    }
    return _interactive("order_details", content, {"name": "review_and_pay", "parameters": parameters})


def _flow(content: Content, kind: SendKind) -> tuple[str, Any]:
    parameters: JSONObject = {
        "flow_message_version": "3",
        "flow_id": content["flow_id"],
        "flow_cta": content["cta"],
        "flow_token": content["token"],
        "flow_action": "navigate" if content.get("screen") else "data_exchange",
    }
    if content.get("screen"):
        parameters["flow_action_payload"] = _present(content, "screen", "data")
    return _interactive("flow", content, {"name": "flow", "parameters": parameters})


def _interactive(name: str, content: Content, action: JSONObject) -> tuple[str, Any]:
    value: JSONObject = {"type": name, "body": {"text": content["body"]}, "action": action}
    if content.get("header"):
        value["header"] = _header(content["header"], content)
    if content.get("footer"):
        value["footer"] = {"text": content["footer"]}
    return "interactive", value


def _header(header: Content, content: Content) -> JSONObject:
    """A file that went up at delivery has its id beside the header."""
    kind = header["type"]
    if kind == "text":
        return {"type": "text", "text": header["text"]}
    media_id = header.get("media_id") or content["media_id"]
    return {"type": kind, kind: {"id": media_id, **_present(header, "filename")}}


def _present(content: Content, *keys: str) -> JSONObject:
    return {key: content[key] for key in keys if content.get(key)}


MEDIA_EXTRAS: Mapping[SendKind, tuple[str, ...]] = {
    SendKind.IMAGE: ("caption",),
    SendKind.VIDEO: ("caption",),
    SendKind.DOCUMENT: ("caption", "filename"),
    SendKind.AUDIO: ("voice",),
    SendKind.STICKER: (),
}
BUILDERS: Mapping[SendKind, Callable[[Content, SendKind], tuple[str, Any]]] = {
    SendKind.TEXT: _text,
    **dict.fromkeys(MEDIA_EXTRAS, _media),
    SendKind.REACTION: _reaction,
    SendKind.LOCATION: _location,
    SendKind.CONTACTS: _contacts,
    SendKind.TEMPLATE: _template,
    SendKind.BUTTONS: _buttons,
    SendKind.LIST: _list,
    SendKind.CTA_URL: _cta_url,
    SendKind.LOCATION_REQUEST: _location_request,
    SendKind.ORDER_DETAILS: _order_details,
    SendKind.FLOW: _flow,
}
