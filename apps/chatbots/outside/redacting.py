"""What a replay may show: no password, token or key, neither those of the vault nor others that look like one."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

HIDDEN = "•••"
LONGEST = 4_000
SHORTEST_SECRET = 4  # shorter ones are parts of ordinary words
# Not the numbers of tokens that an AI counts.
_SECRET = re.compile(r"authorization|cookie|token(?!s)|secret|passw|senha|key\b|key_|signature", re.IGNORECASE)
_BEARER = re.compile(r"\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_PARAMETER = re.compile(r"(?<=[?&])([^=&#\s]{1,100})=([^&#\s]*)")


def is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def headers(given: Mapping[str, str]) -> dict[str, str]:
    return {name: HIDDEN if is_secret(name) else text(value) for name, value in given.items()}


def text(given: str) -> str:
    """A text or an address: what stands behind a telling name is hidden."""
    shown = _PARAMETER.sub(lambda found: f"{found[1]}={HIDDEN if is_secret(found[1]) else found[2]}", given)
    return _BEARER.sub(lambda found: f"{found[1]} {HIDDEN}", shown)


def value(given: Any) -> Any:
    """A JSON value: what stands under a telling name is hidden."""
    if isinstance(given, Mapping):
        return {str(name): HIDDEN if is_secret(str(name)) else value(each) for name, each in given.items()}
    if isinstance(given, list | tuple):
        return [value(each) for each in given]
    return text(given) if isinstance(given, str) else given


def body(given: Any) -> str:
    """A body, JSON or text, as far as a replay keeps it."""
    if isinstance(given, str):
        given = _parsed(given)
    shown = value(given)
    told = shown if isinstance(shown, str) else orjson.dumps(shown, default=str).decode()
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"


def _parsed(given: str) -> Any:
    if not given.lstrip().startswith(("{", "[")):
        return given
    try:
        return orjson.loads(given)
    except ValueError:
        return given


def without(given: Any, secrets: Iterable[str]) -> Any:
    """A JSON value in which no secret stands, however it was spelled: one that a service sends back stays unknown."""
    found = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    spelled = {each for secret in found for each in _spellings(secret)}
    pattern = re.compile("|".join(re.escape(each) for each in sorted(spelled, key=len, reverse=True)))
    return _without(given, pattern) if spelled else given


def _spellings(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), quote(secret), quote_plus(secret), orjson.dumps(secret).decode()[1:-1]


def _without(given: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(given, str):
        return pattern.sub(HIDDEN, given)
    if isinstance(given, Mapping):
        return {pattern.sub(HIDDEN, str(name)): _without(each, pattern) for name, each in given.items()}
    return [_without(each, pattern) for each in given] if isinstance(given, list | tuple) else given
