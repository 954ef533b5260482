"""The limits of interactive messages."""

from collections.abc import Callable
from typing import Any

from apps.simulator.entities import JSON
from apps.simulator.errors import bad, invalid, missing

HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BODY_LIMITS = {"list": 4096}
BODY_LIMIT = 1024
BODYLESS = ("product",)
HEADERS = {
    "button": ("text", "image", "video", "document"),
    "cta_url": ("text", "image", "video", "document"),
    "list": ("text",),
    "product_list": ("text",),
    "location_request_message": (),
    "request_contact_info": (),
    "carousel": (),
}


def check_interactive(content: Any) -> None:
    interactive = _object(content, "interactive")
    kind = interactive.get("type")
    check = ACTIONS.get(kind) if isinstance(kind, str) else None
    if check is None or not isinstance(kind, str):
        raise invalid("interactive['type'] is not a valid type.")
    _header(interactive.get("header"), kind)
    _body(interactive.get("body"), kind)
    _footer(interactive.get("footer"))
    check(_object(interactive.get("action"), "interactive['action']"))


def _object(value: Any, name: str) -> JSON:
    if value is None:
        raise missing(name)
    if not isinstance(value, dict):
        raise bad(f"The parameter {name} must be an object.")
    return value


def _text(value: Any, name: str, limit: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise missing(name)
    if len(value) > limit:
        raise bad(f"{name} length invalid. Min length: 1, Max length: {limit}")
    return value


def _header(header: Any, kind: str) -> None:
    if header is None:
        return
    header = _object(header, "interactive['header']")
    form = header.get("type")
    if form not in HEADERS.get(kind, ("text", "image", "video", "document")):
        raise invalid(f"A header of type {form} is not allowed for interactive type {kind}.")
    if form == "text":
        _text(header.get("text"), "interactive['header']['text']", HEADER_LIMIT)
        return
    media = _object(header.get(form), f"interactive['header']['{form}']")
    if not media.get("id") and not media.get("link"):
        raise missing(f"interactive['header']['{form}']['id'] or ['link']")


def _body(body: Any, kind: str) -> None:
    if body is None and kind in BODYLESS:
        return
    text = _object(body, "interactive['body']").get("text")
    _text(text, "interactive['body']['text']", BODY_LIMITS.get(kind, BODY_LIMIT))


def _footer(footer: Any) -> None:
    if footer is not None:
        text = _object(footer, "interactive['footer']").get("text")
        _text(text, "interactive['footer']['text']", FOOTER_LIMIT)


def _list(value: Any, name: str, low: int, high: int) -> list[Any]:
    if not isinstance(value, list):
        raise missing(name)
    if not low <= len(value) <= high:
        raise invalid(f"{name} must have {low} to {high} items.")
    return value


def _unique(values: list[str], name: str) -> None:
    if len(set(values)) != len(values):
        raise invalid(f"Duplicated {name}.")


def _buttons(action: JSON) -> None:
    ids: list[str] = []
    titles: list[str] = []
    for button in _list(action.get("buttons"), "buttons", 1, 3):
        button = _object(button, "buttons")
        if button.get("type") != "reply":
            raise invalid("Button type must be 'reply'.")
        reply = _object(button.get("reply"), "reply")
        ids.append(_text(reply.get("id"), "Button id", 256))
        titles.append(_text(reply.get("title"), "Button title", 20))
    _unique(ids, "button ids")
    _unique(titles, "button titles")


def _sections(action: JSON) -> None:
    _text(action.get("button"), "Button text", 20)
    sections = _list(action.get("sections"), "sections", 1, 10)
    ids = [row_id for section in sections for row_id in _section(section, required_title=len(sections) > 1)]
    if len(ids) > 10:
        raise invalid("Total row count exceed max allowed count: 10")
    _unique(ids, "row ids")


def _section(section: Any, *, required_title: bool) -> list[str]:
    section = _object(section, "section")
    if required_title or section.get("title") is not None:
        _text(section.get("title"), "Section title", 24)
    return [_row(row) for row in _list(section.get("rows"), "rows", 1, 10)]


def _row(row: Any) -> str:
    row = _object(row, "row")
    _text(row.get("title"), "Row title", 24)
    if row.get("description"):
        _text(row["description"], "Row description", 72)
    return _text(row.get("id"), "Row id", 200)


def _cta_url(action: JSON) -> None:
    parameters = _object(action.get("parameters"), "action['parameters']")
    _text(parameters.get("display_text"), "display_text", 20)
    url = _text(parameters.get("url"), "url", 2000)
    if not url.startswith(("http://", "https://")):
        raise bad("url is not a valid URL.")


def _named(name: str) -> Callable[[JSON], None]:
    def check(action: JSON) -> None:
        if action.get("name") != name:
            raise invalid(f"action['name'] must be '{name}'.")

    return check


def _flow(action: JSON) -> None:
    parameters = _object(action.get("parameters"), "action['parameters']")
    if parameters.get("flow_message_version") != "3":
        raise invalid("flow_message_version must be '3'.")
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise missing("flow_id")
    _text(parameters.get("flow_cta"), "flow_cta", 30)


PIX_KEYS = ("CPF", "CNPJ", "EMAIL", "PHONE", "EVP")


def _order_details(action: JSON) -> None:
    """A charge in reais: https://developers.facebook.com/documentation/business-messaging/whatsapp/payments/payments-br"""
    if action.get("name") != "review_and_pay":
        raise invalid("action['name'] must be 'review_and_pay'.")
    parameters = _object(action.get("parameters"), "action['parameters']")
    _text(parameters.get("reference_id"), "reference_id", 35)
    if parameters.get("currency") != "BRL" or parameters.get("payment_type") != "br":
        raise invalid("currency must be 'BRL' and payment_type 'br'.")
    total = _amount(parameters.get("total_amount"), "total_amount")
    for setting in _list(parameters.get("payment_settings"), "payment_settings", 1, 5):
        _pix(_object(setting, "payment_settings"))
    order = parameters.get("order")
    if order is not None:
        _sum(_object(order, "order"), total)


def _amount(value: Any, name: str) -> int:
    amount = _object(value, name)
    if amount.get("offset") != 100 or type(amount.get("value")) is not int or amount["value"] < 0:
        raise invalid(f"{name} needs an integer value and the offset 100.")
    return int(amount["value"])


def _pix(setting: JSON) -> None:
    if setting.get("type") != "pix_dynamic_code":
        return
    pix = _object(setting.get("pix_dynamic_code"), "pix_dynamic_code")
    _text(pix.get("code"), "code", 512)
    _text(pix.get("merchant_name"), "merchant_name", 60)
    _text(pix.get("key"), "key", 77)
    if pix.get("key_type") not in PIX_KEYS:
        raise invalid("key_type is not valid.")


def _sum(order: JSON, total: int) -> None:
    items = 0
    for item in _list(order.get("items"), "items", 1, 999):
        item = _object(item, "item")
        _text(item.get("name"), "item name", 60)
        items += _amount(item.get("amount"), "item amount") * int(item.get("quantity") or 1)
    parts = {name: _amount(order[name], name) for name in ("tax", "shipping", "discount") if order.get(name)}
    subtotal = _amount(order.get("subtotal"), "subtotal")
    if subtotal != items or total != subtotal + parts.get("tax", 0) + parts.get("shipping", 0) - parts.get(
        "discount", 0
    ):
        raise invalid("The amounts of the order do not add up.")


def _carousel(action: JSON) -> None:
    cards = _list(action.get("cards"), "cards", 2, 10)
    formats = {_object(_object(card, "card").get("header"), "card header").get("type") for card in cards}
    if not formats <= {"image", "video"} or len(formats) != 1:
        raise invalid("All cards need a header of the same type, image or video.")
    for card in cards:
        _cta_url(_object(card.get("action"), "card action"))


def _product_list(action: JSON) -> None:
    sections = _list(action.get("sections"), "sections", 1, 10)
    items = sum(len(_object(section, "section").get("product_items") or []) for section in sections)
    if not 1 <= items <= 30:
        raise invalid("A product list needs 1 to 30 products.")


def _product(action: JSON) -> None:
    _text(action.get("catalog_id"), "catalog_id", 64)
    _text(action.get("product_retailer_id"), "product_retailer_id", 256)


def _anything(action: JSON) -> None:
    """Kinds whose action is not checked further."""


ACTIONS: dict[str, Callable[[JSON], None]] = {
    "button": _buttons,
    "list": _sections,
    "cta_url": _cta_url,
    "location_request_message": _named("send_location"),
    "request_contact_info": _named("request_contact_info"),
    "flow": _flow,
    "carousel": _carousel,
    "product": _product,
    "product_list": _product_list,
    "catalog_message": _anything,
    "call_permission_request": _anything,
    "order_details": _order_details,
    "order_status": _anything,
}
