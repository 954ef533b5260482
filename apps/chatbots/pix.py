"""Pix: the text of a charge (BR Code, EMV payload with CRC). Pure.

The fields are those of the central bank's manual of standards: https://www.bcb.gov.br/estabilidadefinanceira/pix.
"""

import re
import unicodedata

from apps.chatbots.answers import is_cnpj, is_cpf

LONGEST_AMOUNT = 13
NAME, CITY, REFERENCE = 25, 15, 25


def br_code(*, key: str, name: str, city: str, cents: int = 0, reference: str = "", text: str = "") -> str:
    """What a bank's app reads; `cents` 0 leaves the amount to the payer. `key`: a Pix key, at most 77 characters."""
    account = _field("00", "br.gov.bcb.pix") + _field("01", key[:77])
    if room := 99 - len(account) - 4:
        account += _field("02", _plain(text, max(0, min(room, 40)))) if text and room > 0 else ""
    parts = [
        _field("00", "01"),
        _field("26", account),
        _field("52", "0000"),
        _field("53", "986"),
        _field("54", f"{cents // 100}.{cents % 100:02d}") if cents else "",
        _field("58", "BR"),
        _field("59", _plain(name, NAME) or "N"),
        _field("60", _plain(city, CITY) or "C"),
        _field("62", _field("05", re.sub(r"[^A-Za-z0-9]", "", reference)[:REFERENCE] or "***")),
        "6304",
    ]
    code = "".join(parts)
    return f"{code}{crc(code):04X}"


def crc(text: str) -> int:
    """CRC-16/CCITT-FALSE."""
    value = 0xFFFF
    for byte in text.encode("ascii"):
        value ^= byte << 8
        for _bit in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
            value &= 0xFFFF
    return value


def key_type(key: str) -> str:
    """As Meta names the kinds of keys; empty for what is no Pix key."""
    digits = re.sub(r"[.\-/]", "", key)
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", key):
        return "EMAIL"
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", key):
        return "EVP"
    if re.fullmatch(r"\+[0-9]{12,15}", key):
        return "PHONE"
    return "CPF" if is_cpf(digits) else "CNPJ" if is_cnpj(digits) else ""


def _field(identifier: str, value: str) -> str:
    return f"{identifier}{len(value):02d}{value}"


def _plain(text: str, length: int) -> str:
    spread = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^A-Za-z0-9 .,:/-]", "", spread)[:length].strip()
