"""Answers of any engine as plain JSON values, at most 1,000 rows and 1 MB."""

import base64
import datetime
import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

MAX_ROWS, MAX_BYTES, MAX_CELL = 1_000, 1_000_000, 100_000
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Rows:
    """`rows` hold JSON values in the order of `columns`; `truncated` when there was more; `ms` is the whole time."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool
    ms: int = 0


def collect(columns: Sequence[str], found: Iterable[Sequence[Any]]) -> Rows:
    """Take rows until a limit is reached; the rest is never fetched."""
    rows: list[list[Any]] = []
    size = 0
    for line in found:
        values = [plain(value) for value in line]
        size += len(orjson.dumps(values, default=str))
        if len(rows) == MAX_ROWS or size > MAX_BYTES:
            return Rows(list(columns), rows, truncated=True)
        rows.append(values)
    return Rows(list(columns), rows, truncated=False)


def plain(value: Any) -> Any:
    """A JSON value: big numbers, moments, bytes and foreign types become text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return _text(value)[:MAX_CELL]


def _text(value: Any) -> str:
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value[:MAX_CELL])).decode()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def checked_params(params: dict[str, Any]) -> dict[str, Scalar]:
    """Only plain values: an object in a variable would be an operator to MongoDB. Raises TypeError."""
    return {name: _scalar(value) for name, value in params.items()}


def _scalar(value: Any) -> Scalar:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Decimal | uuid.UUID | datetime.date | datetime.time):
        return _text(value)
    raise TypeError(f"a {type(value).__name__} is no plain value")
