"""Bytes to JSON values that are safe to walk and to store, or one sentence saying why not."""

import json
import math
from typing import Any

import orjson

from apps.core.text import clean_text
from apps.whatsapp.payloads.values import PayloadError

MAX_BYTES = 8 * 1024 * 1024  # Meta promises at most 3 MB


def decode(body: bytes) -> Any:
    """The decoded body with storable text and finite numbers; raises PayloadError, nothing else."""
    if len(body) > MAX_BYTES:
        raise PayloadError(f"the body has {len(body)} bytes, more than {MAX_BYTES}")
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _storable(_decode_leniently(body))
    # orjson lets no lone surrogate, raw control, NaN or infinity through: only an escaped NUL is left to look for.
    return _storable(tree) if b"\\u0000" in body else tree


def _decode_leniently(body: bytes) -> Any:
    """Accepts what orjson refuses but a person may have caused: lone surrogates, odd bytes, impossible numbers."""
    try:
        return json.loads(
            body.decode("utf-8-sig", "replace"), strict=False, parse_constant=_nothing, parse_int=_small_integer
        )
    except RecursionError:
        raise PayloadError("nested too deeply") from None
    except ValueError as error:
        raise PayloadError(f"not JSON: {clean_text(str(error))[:200]}") from None


def _nothing(_: str) -> None:
    return None


def _small_integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= 19 else None


def _storable(tree: Any) -> Any:
    """The same tree with cleaned strings and keys and finite numbers; a loop, since the tree may be 1,000 deep."""
    root = [tree]
    pending: list[Any] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if any(key != clean_text(key) for key in node):
                _rename_keys(node)
            pairs: Any = list(node.items())
        else:
            pairs = enumerate(node)
        for key, value in pairs:
            if isinstance(value, str):
                node[key] = clean_text(value)
            elif isinstance(value, float) and not math.isfinite(value):
                node[key] = None
            elif isinstance(value, dict | list):
                pending.append(value)
    return root[0]


def _rename_keys(node: dict[str, Any]) -> None:
    pairs = [(clean_text(key), value) for key, value in node.items()]
    node.clear()
    node.update(pairs)
