"""A correlation id that follows one piece of work through processes and logs."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")
_VALID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def current() -> str:
    return _current.get()


def new() -> str:
    return os.urandom(16).hex()


def accept(candidate: str) -> str:
    """The caller's id when it has a harmless form, else a new one."""
    return candidate if _VALID.match(candidate) else new()


@contextmanager
def bound(correlation_id: str) -> Iterator[str]:
    """Make `correlation_id` current inside the block."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)
