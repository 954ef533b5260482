"""Byte ranges (RFC 9110 §14): one range is served; several, or none that makes sense, mean the whole file."""

import re
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.http import parse_http_date_safe

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z")


class Unsatisfiable(Exception):
    """The range begins behind the end of the file: 416."""


@dataclass(frozen=True, slots=True)
class Part:
    start: int
    length: int


def wanted_part(request: HttpRequest, *, size: int, etag: str, modified: int) -> Part | None:
    """The part the client asks for; None for the whole file."""
    asked = _ONE_RANGE.match(request.headers.get("Range", "").strip())
    if asked is None or asked[0] == "bytes=-" or not _still_the_same(request, etag, modified):
        return None
    return _last(int(asked[2]), size) if not asked[1] else _between(int(asked[1]), asked[2], size)


def _still_the_same(request: HttpRequest, etag: str, modified: int) -> bool:
    """If-Range holds only for the very same strong tag or the very same second."""
    condition = request.headers.get("If-Range", "").strip()
    return not condition or condition == etag or parse_http_date_safe(condition) == modified


def _last(count: int, size: int) -> Part:
    if count == 0:
        raise Unsatisfiable
    length = min(count, size)
    return Part(size - length, length)


def _between(start: int, last: str, size: int) -> Part | None:
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, end - start + 1)
