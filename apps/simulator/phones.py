"""Phone digits and the Brazilian ninth digit."""

import re

NOT_DIGITS = re.compile(r"[^0-9]+")
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def digits(text: str) -> str:
    return NOT_DIGITS.sub("", text)


def is_brazilian_mobile(phone: str) -> bool:
    return phone.startswith("55") and len(phone) == 13 and phone[4] == "9"


def meta_wa_id(phone: str) -> str:
    """Meta's id of a phone: outside the area codes 11 to 28 old Brazilian accounts have no ninth digit."""
    if is_brazilian_mobile(phone) and phone[2:4] > "28":
        return phone[:4] + phone[5:]
    return phone


def variants(phone: str) -> tuple[str, ...]:
    """The forms under which one account may be addressed."""
    if is_brazilian_mobile(phone):
        return phone, phone[:4] + phone[5:]
    if phone.startswith("55") and len(phone) == 12 and phone[4] in "6789":
        return phone, f"{phone[:4]}9{phone[4:]}"
    return (phone,)
