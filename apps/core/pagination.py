"""Keyset pages: the cursor is the sort key of the last row, so page 1,000 is as fast as page 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

M = TypeVar("M")
_SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """`next_cursor` is empty on the last page."""

    rows: list[M]
    next_cursor: str


def keyset(
    rows: "QuerySet[Any, M]", order: Sequence[str], after: str, size: int, *, parse: Sequence[Callable[[str], Any]]
) -> Page[M]:
    """The page after the cursor. `order` is all descending (`-field`); `parse` turns the cursor's texts into values.

    A cursor that nobody gave out is ignored: the first page is shown.
    """
    names = [name.removeprefix("-") for name in order]
    values = _read(after, parse)
    if values is not None:
        rows = rows.filter(_beyond(names, values))
    found = list(rows.order_by(*order)[: size + 1])
    return Page(found[:size], _cursor(found[size - 1], names) if len(found) > size else "")


def _read(cursor: str, parse: Sequence[Callable[[str], Any]]) -> list[Any] | None:
    texts = cursor.split(_SEPARATOR)
    if not cursor or len(texts) != len(parse):
        return None
    try:
        return [read(text) for read, text in zip(parse, texts, strict=True)]
    except (ValueError, OverflowError):
        return None


def moment(text: str) -> datetime:
    """Reads a time of a cursor; ValueError or OverflowError for what PostgreSQL could not compare with."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found.astimezone(UTC)


def _beyond(names: Sequence[str], values: Sequence[Any]) -> Q:
    """Row-wise `<`, with the plain bound on the first column that lets the index begin at the right place."""
    first = Q(**{f"{names[0]}__lte": values[0]})
    return first & _less(names, values)


def _less(names: Sequence[str], values: Sequence[Any]) -> Q:
    here = Q(**{f"{names[0]}__lt": values[0]})
    if len(names) == 1:
        return here
    return here | Q(**{names[0]: values[0]}) & _less(names[1:], values[1:])


def _cursor(row: object, names: Sequence[str]) -> str:
    return _SEPARATOR.join(_text(getattr(row, name)) for name in names)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
