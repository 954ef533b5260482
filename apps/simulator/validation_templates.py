"""Template rules: what may be created, and whether a send fits the template it names."""

import re
from dataclasses import replace
from typing import Any

from apps.simulator.entities import JSON, Account, Template
from apps.simulator.errors import GraphError, bad, missing

NAME = re.compile(r"[a-z0-9_]{1,512}")
VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
BUTTON_LIMITS = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1, "VOICE_CALL": 1, "CATALOG": 1}
LANGUAGE_EXISTS = 2388024
NOT_EDITABLE = 2388039
TOO_LONG = 2388040
HEADER = 2388047
BODY = 2388072
FOOTER = 2388073
TOO_MANY_VARIABLES = 2388293
EDGE_VARIABLE = 2388299


def refuse(details: str, subcode: int = 0) -> GraphError:
    return GraphError(100, details, subcode=subcode)


# -- creating ----------------------------------------------------------------------------------------------------------


def check_creation(account: Account, body: JSON) -> None:
    name, language, category = body.get("name"), body.get("language"), str(body.get("category", "")).upper()
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise refuse("name must have only lower-case letters, digits and underscores, at most 512.")
    if not isinstance(language, str) or not language:
        raise missing("language")
    if category not in CATEGORIES:
        raise refuse("category must be MARKETING, UTILITY or AUTHENTICATION.")
    if any(t.name == name and t.language == language for t in account.templates.values()):
        raise refuse("There is already content in this language for this template.", LANGUAGE_EXISTS)
    check_components(body.get("components"), category)


def check_components(components: Any, category: str) -> None:
    if not isinstance(components, list) or not all(isinstance(c, dict) for c in components):
        raise missing("components")
    kinds = [str(c.get("type", "")).upper() for c in components]
    if "BODY" not in kinds:
        raise refuse("A template needs a BODY component.", BODY)
    checks = {"HEADER": _check_header, "BUTTONS": _check_buttons, "CAROUSEL": _check_cards}
    if category != "AUTHENTICATION":
        checks |= {"BODY": _check_body, "FOOTER": _check_footer}
    for kind, component in zip(kinds, components, strict=True):
        if check := checks.get(kind):
            check(component)


def _check_body(component: JSON) -> None:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        raise refuse("The BODY needs a text.", BODY)
    if len(text) > 1024:
        raise refuse("The BODY may have at most 1024 characters.", TOO_LONG)
    names = variables(text)
    if re.match(r"\s*\{\{", text) or re.search(r"\}\}\s*$", text):
        raise refuse("Variables can't be at the start or end of the template.", EDGE_VARIABLE)
    if names and len(VARIABLE.sub("", text).split()) < 2 * len(names) + 1:
        raise refuse("This template has too many variables for its length.", TOO_MANY_VARIABLES)
    if not _consecutive(names):
        raise refuse("Variables must be numbered 1, 2, 3 without gaps.", BODY)
    if names and not component.get("example"):
        raise refuse("The BODY has variables and needs samples.", BODY)


def _consecutive(names: list[str]) -> bool:
    if not any(n.isdigit() for n in names):
        return True
    return names == [str(i) for i in range(1, len(names) + 1)]


def _check_header(component: JSON) -> None:
    if str(component.get("format", "")).upper() != "TEXT":
        return
    text = component.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= 60 or len(variables(text)) > 1:
        raise refuse("The HEADER text may have 60 characters and one variable.", HEADER)


def _check_footer(component: JSON) -> None:
    text = component.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= 60 or variables(text):
        raise refuse("The FOOTER may have 60 characters and no variables.", FOOTER)


def _check_buttons(component: JSON) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        raise refuse("A template may have 1 to 10 buttons.")
    kinds = [str(b.get("type", "")).upper() for b in buttons]
    for kind, limit in BUTTON_LIMITS.items():
        if kinds.count(kind) > limit:
            raise refuse(f"A template may have at most {limit} buttons of type {kind}.")
    if any(len(str(b.get("text", ""))) > 25 for b in buttons):
        raise refuse("A button label may have 25 characters.")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(a != b for a, b in zip(quick, quick[1:], strict=False)) > 1:
        raise refuse("Quick replies must stand together.")


def _check_cards(component: JSON) -> None:
    cards = component.get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise refuse("A carousel has 2 to 10 cards.")
    parts = [[p for p in card.get("components") or [] if isinstance(p, dict)] for card in cards]
    shapes = {tuple((str(p.get("type", "")).upper(), str(p.get("format", "")).upper()) for p in card) for card in parts}
    if len(shapes) > 1:
        raise refuse("All cards of a carousel must have the same components.")
    for card in parts:
        _check_card({str(p.get("type", "")).upper(): p for p in card})


def _check_card(parts: dict[str, JSON]) -> None:
    if str(parts.get("HEADER", {}).get("format", "")).upper() not in ("IMAGE", "VIDEO"):
        raise refuse("A card needs an image or a video as its header.")
    if len(str(parts.get("BODY", {}).get("text", ""))) > 160:
        raise refuse("The BODY of a card may have at most 160 characters.", TOO_LONG)
    if len(parts.get("BUTTONS", {}).get("buttons") or []) > 2:
        raise refuse("A card may have at most 2 buttons.")


def variables(text: str) -> list[str]:
    """The distinct variables of a text, in order of appearance."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


# -- sending -----------------------------------------------------------------------------------------------------------


def resolve(account: Account, content: JSON) -> Template:
    """The approved template that a send names, its parameters checked."""
    name, language = content["name"], content["language"]["code"]
    found = next((t for t in account.templates.values() if t.name == name and t.language == language), None)
    if found is None or found.status not in ("APPROVED", "PAUSED", "DISABLED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if found.status == "PAUSED":
        raise GraphError(132015, "Template is paused due to low quality.")
    if found.status == "DISABLED":
        raise GraphError(132016, "Template has been paused too many times and is now permanently disabled.")
    _check_parameters(found, content.get("components") or [])
    return found


def component(template: Template, kind: str) -> JSON:
    return next((c for c in template.components if str(c.get("type", "")).upper() == kind), {})


def sent_component(components: list[Any], kind: str) -> JSON:
    return next((c for c in components if isinstance(c, dict) and str(c.get("type", "")).lower() == kind), {})


def _check_parameters(template: Template, components: list[Any]) -> None:
    header = component(template, "HEADER")
    parameters = sent_component(components, "header").get("parameters") or []
    if str(header.get("format", "TEXT")).upper() in ("IMAGE", "VIDEO", "DOCUMENT", "LOCATION"):
        _check_header_media(str(header["format"]).lower(), parameters)
    else:
        _count("header", variables(str(header.get("text", ""))), parameters)
    body = str(component(template, "BODY").get("text", ""))
    body_parameters = sent_component(components, "body").get("parameters") or []
    _count("body", variables(body), body_parameters)
    _check_values(body_parameters)
    if len(fill(body, body_parameters)) > 1024:
        raise GraphError(132005, "The BODY is longer than 1024 characters after substitution.")
    _check_url_buttons(component(template, "BUTTONS").get("buttons") or [], components)
    _check_flow_buttons(component(template, "BUTTONS").get("buttons") or [], components)
    _check_offer(component(template, "LIMITED_TIME_OFFER").get("limited_time_offer") or {}, components)
    _check_carousel(template, components)


def cards_of(template: Template, components: list[Any]) -> list[tuple[Template, list[Any]]]:
    """Each card of a carousel as a template of its own, with what was sent for it; nothing for other templates."""
    made = component(template, "CAROUSEL").get("cards") or []
    sent = sent_component(components, "carousel").get("cards") or []
    return [
        (replace(template, components=card["components"]), given.get("components") or [])
        for card, given in zip(made, sent, strict=False)
    ]


def _check_carousel(template: Template, components: list[Any]) -> None:
    wanted = len(component(template, "CAROUSEL").get("cards") or [])
    given = [card.get("card_index") for card in sent_component(components, "carousel").get("cards") or []]
    if given != list(range(wanted)):
        raise GraphError(132012, f"carousel: expected {wanted} cards, in their order")
    for card, sent in cards_of(template, components):
        _check_parameters(card, sent)


def _check_flow_buttons(buttons: list[JSON], components: list[Any]) -> None:
    for index, button in enumerate(buttons):
        given = [p.get("type") for p in button_parameters(components, index)]
        if str(button.get("type", "")).upper() == "FLOW" and given not in ([], ["action"]):
            raise GraphError(132012, f"Button at index {index} of type Flow takes an action")


def _check_offer(offer: JSON, components: list[Any]) -> None:
    if not offer.get("has_expiration"):
        return
    parameters = sent_component(components, "limited_time_offer").get("parameters") or [{}]
    told = parameters[0].get("limited_time_offer") or {}
    if not isinstance(told.get("expiration_time_ms"), int):
        raise GraphError(131008, "limited_time_offer requires expiration_time_ms")


def _check_header_media(kind: str, parameters: list[Any]) -> None:
    if len(parameters) != 1 or parameters[0].get("type") != kind or not isinstance(parameters[0].get(kind), dict):
        raise GraphError(132012, f"header: Format mismatch, expected {kind.upper()}")


def _count(place: str, names: list[str], parameters: list[Any]) -> None:
    if len(parameters) != len(names):
        details = f"{place}: number of localizable_params ({len(parameters)}) does not match the expected number "
        raise GraphError(132000, details + f"of params ({len(names)})")


def _check_values(parameters: list[Any]) -> None:
    for parameter in parameters:
        text = parameter.get("text") if isinstance(parameter, dict) else None
        if parameter.get("type") == "text" and not (isinstance(text, str) and text):
            raise bad("body: parameter text is required.")
        if isinstance(text, str) and re.search(r"[\n\t]| {5,}", text):
            raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")


def _check_url_buttons(buttons: list[JSON], components: list[Any]) -> None:
    for index, button in enumerate(buttons):
        needs = "{{" in str(button.get("url", ""))
        if needs and not button_parameters(components, index):
            raise GraphError(131008, f"Button at index {index} of type Url requires a parameter")


def button_parameters(components: list[Any], index: int) -> list[Any]:
    for part in components:
        fits = isinstance(part, dict) and str(part.get("type", "")).lower() == "button"
        if fits and str(part.get("index", "")) == str(index):
            return list(part.get("parameters") or [])
    return []


def value(parameter: JSON) -> str:
    kind = str(parameter.get("type", "text"))
    inner = parameter.get(kind)
    return str(inner.get("fallback_value", "")) if isinstance(inner, dict) else str(inner or "")


def fill(text: str, parameters: list[Any]) -> str:
    named = {str(p["parameter_name"]): value(p) for p in parameters if p.get("parameter_name")}
    positional = {str(i): value(p) for i, p in enumerate(parameters, start=1)}
    known = positional | named
    return VARIABLE.sub(lambda match: known.get(match.group(1), match.group(0)), text)
