"""`{{variables}}`: looked up and written once, never evaluated. What is missing is empty."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from django.utils.translation import gettext_lazy as _

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
LONGEST = 20_000
_GAP = re.compile(r"\{\{\s*([A-Za-z0-9_.\-]{1,160})\s*\}\}")
# What a flow may read without setting it, for the browser of variables.
BUILT_IN = {
    "contact.name": _("Name of the contact"),
    "contact.first_name": _("First name of the contact"),
    "contact.phone": _("Phone of the contact"),
    "contact.email": _("E-mail of the contact"),
    "conversation.id": _("Id of the conversation"),
    "company.name": _("Name of the company"),
    "number.name": _("Name of the WhatsApp number"),
    "now.date": _("Today's date"),
    "now.time": _("The time now"),
    "last.text": _("What the customer wrote last"),
}


def lookup(path: str, variables: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
    """The value at a dotted path (`order.items.0.total`); None when any part of it is missing."""
    head, *rest = path.split(".")
    return inside(variables[head] if head in variables else facts.get(head), ".".join(rest))


def _part(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list | tuple) and name.isascii() and name.isdigit() and len(name) < 7:
        return value[int(name)] if int(name) < len(value) else None
    return None


def render(text: str, variables: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """One pass: a value that looks like a gap itself stays as it is."""
    return render_with(text, variables, facts, as_text)


def render_with(text: str, variables: Mapping[str, Any], facts: Mapping[str, Any], write: Callable[[Any], str]) -> str:
    """The same, with another way to write a value."""
    if "{{" not in text:
        return text
    return _GAP.sub(lambda found: write(lookup(found[1], variables, facts)), text)[:LONGEST]


def render_json(text: str, variables: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """For gaps inside the quotes of a JSON text: no value can end its string."""
    return render_with(text, variables, facts, lambda value: orjson.dumps(as_text(value)).decode()[1:-1])


def inside(value: Any, path: str) -> Any:
    """What lies at a dotted path inside a JSON value; all of it for an empty path."""
    for part in path.split(".") if path else ():
        value = _part(value, part)
    return value


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return orjson.dumps(value, default=str).decode() if isinstance(value, Mapping | list | tuple) else str(value)


def names_in(text: str) -> list[str]:
    """The variables that a text asks for."""
    return [found[1] for found in _GAP.finditer(text)]
