"""Phone numbers: canonical keys, display, and what a person typed."""

import re
from functools import lru_cache

import phonenumbers

_BR_MOBILE = re.compile(r"55(\d{2})9([6-9]\d{7})\Z")


def digits_of(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def phone_key(wa_id: str) -> str:
    """The form in which two spellings of one phone are equal.

    WhatsApp may add or drop the ninth digit of Brazilian mobiles (Meta's Cloud API guide). Only numbers that existed
    before the ninth digit (9 followed by 6–9) have the short form, so only those lose it here.
    """
    digits = digits_of(wa_id)
    return _BR_MOBILE.sub(r"55\1\2", digits)


@lru_cache(maxsize=8192)
def display_phone(digits: str) -> str:
    """`5511988881234` → `+55 11 98888-1234`; unknown shapes come back with a plus sign."""
    if not digits:
        return ""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(f"+{digits}"), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return f"+{digits}"


def parse_phone(text: str, region: str = "BR") -> str:
    """E.164 digits of what a person typed; raises ValueError when it is no possible number."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a possible phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


@lru_cache(maxsize=8192)
def country_of(digits: str) -> str:
    """ISO country of E.164 digits, or an empty string."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(f"+{digits}")) or ""
    except phonenumbers.NumberParseException:
        return ""
