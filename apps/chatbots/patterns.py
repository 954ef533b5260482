"""Customers' own patterns: RE2, whose time grows with the text alone, whatever the pattern."""

from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN, LONGEST_TEXT, MEMORY = 500, 4_096, 1 << 20


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = MEMORY, False, False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def is_valid(pattern: str) -> bool:
    return len(pattern) <= LONGEST_PATTERN and _compiled(pattern) is not None


def found(pattern: str, text: str) -> bool:
    """Whether the text contains the pattern; never for a pattern that is none."""
    compiled = _compiled(pattern) if len(pattern) <= LONGEST_PATTERN else None
    return compiled is not None and compiled.search(text[:LONGEST_TEXT]) is not None


def whole(pattern: str, text: str) -> bool:
    compiled = _compiled(pattern) if len(pattern) <= LONGEST_PATTERN else None
    return compiled is not None and compiled.fullmatch(text[:LONGEST_TEXT]) is not None
