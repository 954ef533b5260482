"""What customers answer, checked and brought into one form. A reader gives the value to keep, or None."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.chatbots import patterns
from apps.chatbots.comparing import folded, number
from apps.chatbots.state import Said

TYPES: dict[str, str | Promise] = {
    "text": _("Text"),
    "number": _("Number"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "cpf": _("CPF"),
    "cnpj": _("CNPJ"),
    "cep": _("CEP"),
    "date": _("Date"),
    "choice": _("One of a list"),
    "file": _("File"),
    "pattern": _("Own pattern"),
}
HINTS: dict[str, str | Promise] = {
    "text": _("Please write your answer as a text."),
    "number": _("Please answer with a number. Example: 42."),
    "email": _("This doesn't look like an e-mail. Example: maria@example.com."),
    "phone": _("Please send the phone with the area code. Example: (11) 98888-7777."),
    "cpf": _("This CPF is not valid. Please check its 11 digits."),
    "cnpj": _("This CNPJ is not valid. Please check its 14 characters."),
    "cep": _("Please send the 8 digits of the CEP. Example: 01310-100."),
    "date": _("Please send the date as day/month/year. Example: 25/12/2026."),
    "choice": _("Please choose one of the options."),
    "file": _("Please send a photo, a document, an audio or a video."),
    "pattern": _("This is not in the expected form. Please try again."),
}
_FILES = frozenset({"image", "video", "audio", "document", "sticker"})
_DATES = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
LONGEST = 4_096


@dataclass(frozen=True, slots=True)
class Asked:
    """What the question allows: `least` and `most` (numbers, or length of a text), `pattern`, `choices` (id, title)."""

    least: int | None = None
    most: int | None = None
    pattern: str = ""
    choices: Sequence[Mapping[str, str]] = ()


def read(kind: str, said: Said, asked: Asked) -> Any:
    """The answer as it is kept: text, number, ISO date, digits, or a file as a mapping. None when it is none."""
    reader = _READERS.get(kind)
    return reader(said, asked) if reader else None


def _within(size: float, asked: Asked) -> bool:
    return (asked.least is None or size >= asked.least) and (asked.most is None or size <= asked.most)


def _text(said: Said, asked: Asked) -> str | None:
    text = said.text.strip()[:LONGEST]
    return text if text and _within(len(text), asked) else None


def _number(said: Said, asked: Asked) -> float | int | None:
    found = number(said.text)
    if found is None or found != found or not _within(found, asked):
        return None
    return int(found) if found.is_integer() and abs(found) < 1e15 else found


def _email(said: Said, _asked: Asked) -> str | None:
    text = said.text.strip()
    try:
        validate_email(text)
    except ValidationError:
        return None
    return text.lower()


def digits_of(text: str) -> str:
    return re.sub(r"[^0-9]", "", text[:200])


def _phone(said: Said, _asked: Asked) -> str | None:
    """E.164 digits; a national number of Brazil gets its country code."""
    digits = digits_of(said.text).lstrip("0")
    if len(digits) in (10, 11) and not said.text.strip().startswith("+"):
        digits = f"55{digits}"
    return digits if 10 <= len(digits) <= 15 else None


def _check_digit(values: Sequence[int], weights: Sequence[int]) -> int:
    rest = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def is_cpf(digits: str) -> bool:
    if not re.fullmatch(r"[0-9]{11}", digits) or len(set(digits)) == 1:
        return False
    values = [int(digit) for digit in digits]
    first = _check_digit(values[:9], range(10, 1, -1))
    return values[9] == first and values[10] == _check_digit(values[:10], range(11, 1, -1))


def is_cnpj(text: str) -> bool:
    """Also the letters that new CNPJs have from July 2026: a character counts as its ASCII code less 48."""
    if not re.fullmatch(r"[0-9A-Z]{12}[0-9]{2}", text) or len(set(text)) == 1:
        return False
    values = [ord(letter) - 48 for letter in text]
    weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    first = _check_digit(values[:12], weights[1:])
    return values[12] == first and values[13] == _check_digit(values[:13], weights)


def _cpf(said: Said, _asked: Asked) -> str | None:
    digits = digits_of(said.text)
    return digits if is_cpf(digits) else None


def _cnpj(said: Said, _asked: Asked) -> str | None:
    text = re.sub(r"[^0-9A-Z]", "", said.text[:200].upper())
    return text if is_cnpj(text) else None


def _cep(said: Said, _asked: Asked) -> str | None:
    digits = digits_of(said.text)
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 8 else None


def _date(said: Said, _asked: Asked) -> str | None:
    for spelling in _DATES:
        try:
            found: date = datetime.strptime(said.text.strip()[:12], spelling).date()
        except ValueError:
            continue
        return found.isoformat()
    return None


def choice(said: Said, choices: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
    """By the button or row that was touched, its title (accents and capitals ignored), or its number in the list."""
    if said.payload:
        return next((row for row in choices if row["id"] == said.payload), None)
    wanted = folded(said.text)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 and 0 < int(wanted) <= len(choices):
        return choices[int(wanted) - 1]
    return next((row for row in choices if wanted and folded(row["title"]) == wanted), None)


def _choice(said: Said, asked: Asked) -> str | None:
    found = choice(said, asked.choices)
    return found["title"] if found else None


def _file(said: Said, _asked: Asked) -> dict[str, str] | None:
    return {"id": said.media, "kind": said.kind, "message": said.id} if said.kind in _FILES else None


def _pattern(said: Said, asked: Asked) -> str | None:
    text = said.text.strip()
    return text if patterns.whole(asked.pattern, text) else None


_READERS: dict[str, Callable[[Said, Asked], Any]] = {
    "text": _text,
    "number": _number,
    "email": _email,
    "phone": _phone,
    "cpf": _cpf,
    "cnpj": _cnpj,
    "cep": _cep,
    "date": _date,
    "choice": _choice,
    "file": _file,
    "pattern": _pattern,
}
