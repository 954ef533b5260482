"""Text is cleaned once, at the border: what comes out can be stored, logged, indexed and shown.

PostgreSQL refuses NUL in text and lone surrogates in UTF-8; controls and bidi overrides in a name let it pose as
another one.
"""

import re
import unicodedata

REPLACEMENT = "\ufffd"
NAME_LENGTH = 255

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# C0 and C1 controls that str.split() does not treat as white space, bidi marks, embeddings, overrides and isolates,
# the byte order mark and the interlinear and tag characters, none of which is ever part of a name.
_NOT_IN_NAMES = re.compile(
    "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]"
)


def clean_text(text: str) -> str:
    """NUL and lone surrogates become U+FFFD; everything else, line breaks included, stays as it was written."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def clean_name(text: str, max_length: int = NAME_LENGTH) -> str:
    """One line of at most `max_length` characters without controls or bidi overrides; may be empty."""
    if not (text.isascii() and text.isprintable()):
        text = _NOT_IN_NAMES.sub("", clean_text(text))
    return " ".join(text.split())[:max_length].rstrip()


def folded(text: str) -> str:
    """Without accents, capitals and needless spaces: how people compare words."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in spread if not unicodedata.combining(letter)).split())
