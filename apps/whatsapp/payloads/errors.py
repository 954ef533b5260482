"""The `errors[]` lists inside webhooks, in their present and older shapes."""

from collections.abc import Mapping
from typing import Any

from apps.whatsapp.payloads.model import ErrorItem
from apps.whatsapp.payloads.values import get_object, get_text, objects_in


def read_errors(parent: Mapping[str, Any]) -> tuple[ErrorItem, ...]:
    return tuple(_read_error(raw) for raw in objects_in(parent, "errors"))


def _read_error(raw: Mapping[str, Any]) -> ErrorItem:
    data = raw.get("error_data")
    details = data if isinstance(data, str) else get_text(get_object(raw, "error_data"), "details")
    return ErrorItem(
        code=_read_code(raw),
        title=get_text(raw, "title") or get_text(raw, "message"),
        details=details or get_text(raw, "details") or get_text(raw, "message"),
        href=get_text(raw, "href"),
    )


def _read_code(raw: Mapping[str, Any]) -> int:
    digits = get_text(raw, "code")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
