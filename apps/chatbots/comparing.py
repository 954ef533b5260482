"""Comparing a variable with a value. Never raises: what can't be compared doesn't hold."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.chatbots import patterns
from apps.chatbots.values import as_text
from apps.core import text

OPERATORS: dict[str, str | Promise] = {
    "equals": _("is"),
    "differs": _("is not"),
    "contains": _("contains"),
    "lacks": _("does not contain"),
    "begins": _("begins with"),
    "more": _("is more than"),
    "less": _("is less than"),
    "empty": _("is empty"),
    "filled": _("is filled in"),
    "matches": _("matches the pattern"),
}


def folded(value: Any) -> str:
    """Without accents, capitals and outer spaces: how people compare words."""
    return text.folded(as_text(value))


def number(value: Any) -> float | None:
    """A number as Brazilians or programmers write it (`1.234,56`, `1234.56`); None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    text = as_text(value).strip().replace(" ", "")[:40]
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < 1e300 else None


def _ordered(value: Any, other: str) -> tuple[Any, Any] | None:
    """Both as numbers, else both as moments or dates (ISO); None when neither."""
    left, right = number(value), number(other)
    if left is not None and right is not None:
        return left, right
    try:
        return datetime.fromisoformat(as_text(value)).replace(tzinfo=None), datetime.fromisoformat(other).replace(
            tzinfo=None
        )
    except ValueError:
        return None


def _equal(value: Any, other: str) -> bool:
    left, right = number(value), number(other)
    return left == right if left is not None and right is not None else folded(value) == folded(other)


def _more(value: Any, other: str) -> bool:
    pair = _ordered(value, other)
    return pair is not None and bool(pair[0] > pair[1])


def _less(value: Any, other: str) -> bool:
    pair = _ordered(value, other)
    return pair is not None and bool(pair[0] < pair[1])


_HOLDS: dict[str, Callable[[Any, str], bool]] = {
    "equals": _equal,
    "differs": lambda value, other: not _equal(value, other),
    "contains": lambda value, other: folded(other) in folded(value),
    "lacks": lambda value, other: folded(other) not in folded(value),
    "begins": lambda value, other: folded(value).startswith(folded(other)),
    "more": _more,
    "less": _less,
    "empty": lambda value, _other: not as_text(value).strip(),
    "filled": lambda value, _other: bool(as_text(value).strip()),
    "matches": lambda value, other: patterns.found(other, as_text(value)),
}


def holds(operator: str, value: Any, other: str) -> bool:
    compare = _HOLDS.get(operator)
    return compare is not None and compare(value, other)
