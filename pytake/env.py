"""The only reader of the environment. `NAME_FILE` names a file that holds the value of `NAME` (Docker secrets)."""

import os
from pathlib import Path
from typing import Any

import environ

ROOT = Path(__file__).resolve().parent.parent

_reader = environ.FileAwareEnv()


def text(name: str, default: str | None = None) -> str:
    """Value of `name`; raises ImproperlyConfigured when it is missing and has no default."""
    return str(_reader.str(name) if default is None else _reader.str(name, default=default))


def flag(name: str, *, default: bool = False) -> bool:
    return bool(_reader.bool(name, default=default))


def number(name: str, default: int) -> int:
    return int(_reader.int(name, default=default))


def items(name: str, default: list[str] | None = None) -> list[str]:
    return [str(item) for item in _reader.list(name, default=default or [])]


def database(name: str, default: str | None = None, *, options: dict[str, Any]) -> dict[str, object]:
    """Django's DATABASES entry from a postgres:// URL; what its query says (`?sslmode=…`) joins the options."""
    text(name, default)
    found = dict(_reader.db_url(name) if default is None else _reader.db_url(name, default=default))
    return {**found, "OPTIONS": {**options, **found.get("OPTIONS", {})}}


def is_set(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))
