"""How one message looks on the customer's phone."""

from typing import Any

from apps.simulator.entities import JSON, Message, Template
from apps.simulator.state import World
from apps.simulator.validation import MEDIA_TYPES
from apps.simulator.validation_templates import (
    button_parameters,
    cards_of,
    component,
    fill,
    sent_component,
    value,
)


def message_view(world: World, message: Message) -> JSON:
    view: JSON = {
        "id": message.id,
        "mine": message.direction == "customer",
        "type": message.type,
        "at": message.at,
        "status": message.status,
        "deleted": message.deleted,
        "reaction": {"mine": message.reaction_customer, "theirs": message.reaction_business},
    }
    quoted = world.messages.get(message.context_id)
    if quoted:
        view["quoted"] = {"id": quoted.id, "mine": quoted.direction == "customer", "text": summary(world, quoted)}
    view.update(_content(world, message))
    return view


def summary(world: World, message: Message) -> str:
    """One line for quotes and chat lists."""
    content = _content(world, message)
    text = str(content.get("text") or content.get("header") or "")
    return text[:120] or f"[{message.type}]"


def _content(world: World, message: Message) -> JSON:
    if message.type == "template" and message.template:
        return _template(world, message.template, message.content)
    if message.type in MEDIA_TYPES:
        return _media(world, message.type, message.content)
    draw = DRAW.get(message.type)
    return draw(world, message.content) if draw and isinstance(message.content, dict | list) else {}


def _media(world: World, kind: str, content: JSON) -> JSON:
    media = world.media.get(str(content.get("id", "")))
    shown: JSON = {"kind": kind, "name": content.get("filename", ""), "voice": bool(content.get("voice"))}
    if media:
        shown |= {"url": f"/phone/media/{media.id}", "mime": media.mime_type, "size": len(media.data)}
    return {"media": shown, "text": content.get("caption", "")}


def _text(world: World, content: JSON) -> JSON:
    return {"text": content.get("body", "")}


def _location(world: World, content: JSON) -> JSON:
    place = {key: content.get(key) for key in ("latitude", "longitude", "name", "address")}
    return {"location": place, "text": content.get("name") or ""}


def _contacts(world: World, content: list[JSON]) -> JSON:
    cards = [
        {
            "name": (card.get("name") or {}).get("formatted_name", ""),
            "phone": ((card.get("phones") or [{}])[0]).get("phone", ""),
        }
        for card in content
    ]
    return {"contacts": cards, "text": ", ".join(card["name"] for card in cards)}


def _button_reply(world: World, content: JSON) -> JSON:
    return {"text": content.get("text", "")}


def _interactive(world: World, content: JSON) -> JSON:
    kind = content.get("type")
    if kind in ("button_reply", "list_reply"):
        reply = content.get(kind) or {}
        return {"text": reply.get("title", ""), "detail": reply.get("description", "")}
    if kind == "nfm_reply":
        return {"text": (content.get(kind) or {}).get("body", "")}
    view = {
        "text": (content.get("body") or {}).get("text", ""),
        "footer": (content.get("footer") or {}).get("text", ""),
    }
    return view | _header(world, content.get("header") or {}) | _action(str(kind), content.get("action") or {})


def _header(world: World, header: JSON) -> JSON:
    kind = str(header.get("type", ""))
    if kind == "text":
        return {"header": header.get("text", "")}
    return {"media": _media(world, kind, header.get(kind) or {})["media"]} if kind else {}


def _action(kind: str, action: JSON) -> JSON:
    parameters = action.get("parameters") or {}
    if kind == "button":
        replies = [button.get("reply") or {} for button in action.get("buttons") or []]
        return {"buttons": [{"id": r.get("id"), "title": r.get("title"), "kind": "reply"} for r in replies]}
    if kind == "list":
        return {"list": {"label": action.get("button", ""), "sections": action.get("sections") or []}}
    if kind == "cta_url":
        return {"buttons": [{"id": "cta", "title": parameters.get("display_text"), "kind": "url"}]}
    if kind == "location_request_message":
        return {"buttons": [{"id": "location", "title": "", "kind": "location"}]}
    if kind == "request_contact_info":
        return {"buttons": [{"id": "contact", "title": "", "kind": "contact"}]}
    if kind == "flow":
        data = (parameters.get("flow_action_payload") or {}).get("data") or {}
        form = {"title": parameters.get("flow_cta"), "token": parameters.get("flow_token", ""), "data": data}
        return {"buttons": [{"id": "flow", "title": parameters.get("flow_cta"), "kind": "flow"}], "form": form}
    if kind == "order_details":
        return _charge(parameters)
    return {}


def _charge(parameters: JSON) -> JSON:
    """What is to be paid, and the two buttons of WhatsApp's card."""
    settings = [setting.get("pix_dynamic_code") or {} for setting in parameters.get("payment_settings") or []]
    cents = int((parameters.get("total_amount") or {}).get("value") or 0)
    items = [item.get("name", "") for item in (parameters.get("order") or {}).get("items") or []]
    charge = {"cents": cents, "items": items, "code": next((pix["code"] for pix in settings if pix.get("code")), "")}
    buttons = [{"id": "pix", "title": "", "kind": "pix"}, {"id": "pay", "title": "", "kind": "pay"}]
    return {"charge": charge, "buttons": buttons}


def _template(world: World, template: Template, content: JSON) -> JSON:
    sent: list[Any] = content.get("components") or []
    body = fill(str(component(template, "BODY").get("text", "")), sent_component(sent, "body").get("parameters") or [])
    buttons = component(template, "BUTTONS").get("buttons") or []
    return {
        "text": body,
        "footer": component(template, "FOOTER").get("text", ""),
        "buttons": [_template_button(index, button, sent) for index, button in enumerate(buttons)],
        "cards": [_template(world, card, {"components": given}) for card, given in cards_of(template, sent)],
    } | _template_header(world, template, sent)


def _template_header(world: World, template: Template, sent: list[Any]) -> JSON:
    header = component(template, "HEADER")
    parameters = sent_component(sent, "header").get("parameters") or []
    kind = str(header.get("format", "")).lower()
    if kind == "text":
        return {"header": fill(str(header.get("text", "")), parameters)}
    if kind in ("image", "video", "document") and parameters:
        return {"media": _media(world, kind, parameters[0].get(kind) or {})["media"]}
    if kind == "location" and parameters:
        return {"header": f"📍 {(parameters[0].get('location') or {}).get('name', '')}".strip()}
    return {}


def _template_button(index: int, button: JSON, sent: list[Any]) -> JSON:
    kind = str(button.get("type", "")).upper()
    title = str(button.get("text", ""))
    if kind != "QUICK_REPLY":
        return {"id": str(index), "title": title, "kind": "url" if kind in ("URL", "PHONE_NUMBER") else kind.lower()}
    parameters = button_parameters(sent, index)
    payload = value(parameters[0]) if parameters else title
    return {"id": str(index), "title": title, "kind": "quick_reply", "payload": payload}


DRAW: dict[str, Any] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button_reply,
    "interactive": _interactive,
}
