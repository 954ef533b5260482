"""Small readers of untrusted JSON values. Optional readers never fail; `need_*` readers raise PayloadError."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from apps.core.text import clean_name

ID_LENGTH = 255
MAX_DEPTH = 24
MILLISECONDS_FROM = 10**12
LATEST_TIMESTAMP = 10**11

BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
PARENT_BSUID = re.compile(r"[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}")
_TIME_TYPES = frozenset({str, int, float})
_PHONE = re.compile(r"\+?([0-9]{3,20})")
_OPAQUE = re.compile(r"[!-~]{1,255}")


class PayloadError(ValueError):
    """A required part is missing or has an impossible value; `path` is the part's place below its parent."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def need_object(value: Any, name: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise PayloadError(f"{name} is not an object", f".{name}" if name.isidentifier() else "")
    return value


def get_object(parent: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if type(value) is dict else {}


def get_text(parent: Mapping[str, Any], key: str) -> str:
    """A string as it was written, a number as its digits, anything else as ""."""
    value = parent.get(key)
    if type(value) is str:
        return value
    return str(value) if type(value) in (int, float) else ""


def get_short(parent: Mapping[str, Any], key: str, length: int = ID_LENGTH) -> str:
    """One cleaned line, fit for a column of `length` characters."""
    value = parent.get(key)
    return clean_name(value, length) if type(value) is str else ""


def need_id(parent: Mapping[str, Any], key: str) -> str:
    """An opaque id of 1 to 255 visible ASCII characters; template ids come as integers."""
    identifier = get_id(parent, key)
    if identifier is None:
        raise PayloadError(f"{key} is missing or no id", f".{key}")
    return identifier


def get_id(parent: Mapping[str, Any], key: str) -> str | None:
    value = parent.get(key)
    if type(value) is str:
        return value if _OPAQUE.fullmatch(value) else None
    return str(value) if type(value) is int else None


def phone_digits(value: Any) -> str | None:
    match = _PHONE.fullmatch(value) if type(value) is str else None
    return match[1] if match else None


def parse_time(value: Any) -> datetime | None:
    """Unix seconds, as string or number; milliseconds from 10^12 on. None when it is no time."""
    if type(value) not in _TIME_TYPES:
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    if seconds >= MILLISECONDS_FROM:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST_TIMESTAMP else None


def need_time(parent: Mapping[str, Any], key: str) -> datetime:
    moment = parse_time(parent.get(key))
    if moment is None:
        raise PayloadError(f"{key} is missing or no time", f".{key}")
    return moment


def json_safe(value: Any, depth: int = MAX_DEPTH) -> Any:
    """A copy cut off below `depth` levels, so that storing it can never overflow a stack."""
    if type(value) is dict:
        return {k: json_safe(v, depth - 1) for k, v in value.items()} if depth else {}
    if type(value) is list:
        return [json_safe(v, depth - 1) for v in value] if depth else []
    return value


def pick(parent: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The given keys as far as they are present and not null, copied safely."""
    return {key: json_safe(parent[key]) for key in keys if parent.get(key) is not None}


def objects_in(parent: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    items = parent.get(key)
    if type(items) is list:
        for item in items:
            if type(item) is dict:
                yield item
