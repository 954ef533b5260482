"""What a template shows and asks for: its parts, its variables, the text with them filled in, and what to send."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.whatsapp.models import Template

JSONObject = dict[str, Any]
Values = Mapping[str, str]
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
HEADER, BODY, BUTTON = "header", "body", "button"
MEDIA_HEADERS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
_HEADERS = {"", "TEXT", "LOCATION", *MEDIA_HEADERS}
_BUTTONS = {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "VOICE_CALL", "REQUEST_CONTACT_INFO", "FLOW"}
_PARTS = {"HEADER", "BODY", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER", "CAROUSEL"}
_CARD_HEADERS = {"IMAGE", "VIDEO"}
_CARD_BUTTONS = {"QUICK_REPLY", "URL", "PHONE_NUMBER"}
CARDS = range(2, 11)

_NOT_BY_HAND = {
    "CATALOG": _("Catalogue templates can't be sent from a conversation. Choose a template without products."),
    "MPM": _("Catalogue templates can't be sent from a conversation. Choose a template without products."),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A gap to fill. `key` is unique within the template; `name` is Meta's ("1", "first_name")."""

    key: str
    place: str
    name: str
    example: str = ""
    button: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A template taken apart. `problem` says why it can't be sent by hand; empty when it can."""

    header_format: str
    header: str
    body: str
    footer: str
    buttons: tuple[JSONObject, ...]
    variables: tuple[Variable, ...]
    is_named: bool
    problem: str | Promise = ""
    offer: str = ""  # the line of a limited-time offer
    offer_ends: bool = False  # whether each send of it names its own end
    cards: tuple["Blueprint", ...] = ()  # of a carousel, each with its picture or video, its gaps and its buttons

    @property
    def media_kind(self) -> str:
        return MEDIA_HEADERS.get(self.header_format, "")

    def filled(self, values: Values) -> JSONObject:
        """What the customer reads: `header`, `body`, `footer`, `buttons`; gaps without a value keep their braces."""
        return {
            "header": self._fill(self.header, HEADER, values),
            "body": self._fill(self.body, BODY, values),
            "footer": self.footer,
            "buttons": [{"text": _text(button, "text"), "type": _kind(button)} for button in self.buttons],
        }

    def url_of(self, button: Mapping[str, Any], value: str) -> str:
        return VARIABLE.sub(lambda _found: value, _text(button, "url"))

    def _fill(self, text: str, place: str, values: Values) -> str:
        return VARIABLE.sub(lambda found: values.get(f"{place}-{found[1]}", "") or found[0], text)

    def components(
        self,
        values: Values,
        *,
        location: Mapping[str, Any] | None = None,
        ends_at: datetime | None = None,
        flow_token: str = "unused",  # noqa: S107 - Meta's own default; it names the form's answer, it opens nothing
    ) -> list[JSONObject]:
        """Meta's send components. A media header is added at delivery, when the file has its id."""
        header = self._parameters(HEADER, values)
        if self.header_format == "LOCATION" and location:
            header = [{"type": "location", "location": dict(location)}]
        found = [{"type": HEADER, "parameters": header}, {"type": BODY, "parameters": self._parameters(BODY, values)}]
        found += [_offer(ends_at)] if self.offer_ends and ends_at else []
        found += [self._carousel(values)] if self.cards else []
        filled = [part for part in found if part.get("parameters") or part.get("cards")]
        return [*filled, *self._button_components(values, flow_token)]

    def _carousel(self, values: Values) -> JSONObject:
        """A card's file is put in front of its components at delivery."""
        cards = [
            {"card_index": at, "components": [*card.components(of_card(values, at)), *card.replies(at)]}
            for at, card in enumerate(self.cards)
        ]
        return {"type": "carousel", "cards": cards}

    def replies(self, at: int) -> Iterator[JSONObject]:
        """Quick replies of card `at`: their payload says which card was tapped, for labels repeat."""
        for index, button in enumerate(self.buttons):
            if _kind(button) == "QUICK_REPLY":
                payload = {"type": "payload", "payload": f"{at + 1}: {_text(button, 'text')}"}
                yield _button(index, "quick_reply", payload)

    def _parameters(self, place: str, values: Values) -> list[JSONObject]:
        wanted = [variable for variable in self.variables if variable.place == place]
        named = [{"parameter_name": variable.name} if self.is_named else {} for variable in wanted]
        texts = [{"type": "text", "text": values[variable.key]} for variable in wanted]
        return [text | name for text, name in zip(texts, named, strict=True)]

    def _button_components(self, values: Values, flow_token: str) -> Iterator[JSONObject]:
        for index, button in enumerate(self.buttons):
            value, kind = values.get(f"{BUTTON}-{index}", ""), _kind(button)
            if kind == "OTP":
                yield _button(index, "url", {"type": "text", "text": values.get(f"{BODY}-1", "")})
            elif kind == "FLOW":
                yield _button(index, "flow", {"type": "action", "action": {"flow_token": flow_token}})
            elif value and kind == "COPY_CODE":
                yield _button(index, "copy_code", {"type": "coupon_code", "coupon_code": value})
            elif value:
                yield _button(index, "url", {"type": "text", "text": value})


def card_key(at: int, key: str) -> str:
    """The name of a card's gap among those of the whole message."""
    return f"card-{at}-{key}"


def of_card(values: Values, at: int) -> dict[str, str]:
    begin = card_key(at, "")
    return {key.removeprefix(begin): value for key, value in values.items() if key.startswith(begin)}


def _offer(ends_at: datetime) -> JSONObject:
    """WHATSAPP: the end is in milliseconds since 1970."""
    end = {"expiration_time_ms": int(ends_at.timestamp() * 1000)}
    return {
        "type": "limited_time_offer",
        "parameters": [{"type": "limited_time_offer", "limited_time_offer": end}],
    }


def _button(index: int, sub_type: str, parameter: JSONObject) -> JSONObject:
    return {"type": BUTTON, "sub_type": sub_type, "index": str(index), "parameters": [parameter]}


def take_apart(template: Template) -> Blueprint:
    """Never fails: what Meta sent in another shape counts as not there, and says so in `problem`."""
    parts, is_named = _parts(template.components), template.named_variables
    plan = _blueprint(parts, is_named)
    listed = [card for card in _listed(parts.get("CAROUSEL", {}), "cards") if isinstance(card, dict)]
    cards = tuple(_blueprint(_parts(card.get("components")), is_named) for card in listed)
    problem = _problem(template, parts, plan.buttons) or _problem_of_cards(parts, cards)
    return replace(plan, cards=cards, problem=problem)


def _blueprint(parts: Mapping[str, JSONObject], is_named: bool) -> Blueprint:
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    buttons = tuple(each for each in _listed(parts.get("BUTTONS", {}), "buttons") if isinstance(each, dict))
    told = parts.get("LIMITED_TIME_OFFER", {}).get("limited_time_offer")
    offer = told if isinstance(told, dict) else {}
    is_text = _kind(header, "format") == "TEXT"
    return Blueprint(
        header_format=_kind(header, "format"),
        header=_text(header, "text") if is_text else "",
        body=_text(body, "text"),
        footer=_text(parts.get("FOOTER", {}), "text"),
        buttons=buttons,
        variables=(
            *(_text_variables(header, HEADER) if is_text else ()),
            *_text_variables(body, BODY),
            *_button_variables(buttons),
        ),
        is_named=is_named,
        offer=_text(offer, "text"),
        offer_ends=bool(offer.get("has_expiration")),
    )


def _problem(template: Template, parts: Mapping[str, JSONObject], buttons: Sequence[JSONObject]) -> str | Promise:
    if template.status != Template.Status.APPROVED:
        return _("WhatsApp only sends approved templates.")
    kinds = {*parts, *map(_kind, buttons)}
    if why := next((why for kind, why in _NOT_BY_HAND.items() if kind in kinds), ""):
        return why
    if "BODY" not in parts or set(parts) - _PARTS or _kind(parts.get("HEADER", {}), "format") not in _HEADERS:
        return _("This kind of template can't be sent by hand yet.")
    if any(_kind(button) not in _BUTTONS for button in buttons):
        return _("This kind of template can't be sent by hand yet.")
    return ""


def _problem_of_cards(parts: Mapping[str, JSONObject], cards: Sequence[Blueprint]) -> str | Promise:
    if "CAROUSEL" not in parts:
        return ""
    are_plain = all(
        card.header_format in _CARD_HEADERS and {_kind(button) for button in card.buttons} <= _CARD_BUTTONS
        for card in cards
    )
    if len(cards) in CARDS and are_plain:
        return ""
    return _("This carousel can't be sent from a conversation: only cards with a picture or a video can.")


def _text_variables(component: JSONObject, place: str) -> Iterator[Variable]:
    names = list(dict.fromkeys(VARIABLE.findall(_text(component, "text"))))
    if all(name.isdigit() for name in names):
        names.sort(key=lambda name: int(name[:9]))
    examples = _examples(component, place)
    for at, name in enumerate(names):
        yield Variable(f"{place}-{name}", place, name, examples.get(str(at) if name.isdigit() else name, ""))


def _examples(component: JSONObject, place: str) -> dict[str, str]:
    """By name, or by position ("0" first). A body has a list of lists, a header a list."""
    told = component.get("example")
    example = told if isinstance(told, dict) else {}
    named = [each for each in _listed(example, f"{place}_text_named_params") if isinstance(each, dict)]
    if named:
        return {_text(each, "param_name"): _text(each, "example") for each in named}
    listed = _listed(example, f"{place}_text")
    first = listed[0] if listed and isinstance(listed[0], list) else listed
    return {str(at): each for at, each in enumerate(first) if isinstance(each, str)}


def _button_variables(buttons: Sequence[JSONObject]) -> Iterator[Variable]:
    for index, button in enumerate(buttons):
        kind = _kind(button)
        if kind == "COPY_CODE" or (kind == "URL" and VARIABLE.search(_text(button, "url"))):
            example = button.get("example")
            shown = example[0] if isinstance(example, list) and example else example
            yield Variable(
                f"{BUTTON}-{index}", BUTTON, _text(button, "text"), shown if isinstance(shown, str) else "", button
            )


def _parts(components: object) -> dict[str, JSONObject]:
    rows = components if isinstance(components, list) else []
    return {_kind(row): row for row in rows if isinstance(row, dict)}


def _kind(row: Mapping[str, Any], key: str = "type") -> str:
    return _text(row, key).upper()


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _listed(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    return value if isinstance(value, list) else []
