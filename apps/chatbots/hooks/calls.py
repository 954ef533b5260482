"""What the addresses take, and what they answer: an HTTP status and a JSON object with a sentence for people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots import payments

MOST_PAYMENTS = 100
REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,35}")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any] = field(default_factory=dict)


def refused(status: int, code: str, sentence: str) -> Answer:
    return Answer(status, {"error": code, "message": sentence})


def pay(body: Mapping[str, Any]) -> Answer:
    """`{reference, amount}` (reais) or `{reference, cents}`; or the central bank's `{pix: [{txid, valor}, …]}`."""
    told = body.get("pix") if isinstance(body.get("pix"), list) else [body]
    rows = [row for row in told[:MOST_PAYMENTS] if isinstance(row, Mapping)] if isinstance(told, list) else []
    read = [_payment(row) for row in rows]
    if not read or None in read:
        return refused(422, "shape", _('Send reference and amount, for example {"reference": "…", "amount": "10.50"}.'))
    found = [(one[0], payments.pay(one[0], one[1], through="http")) for one in read if one is not None]
    results = [{"reference": reference, "result": result} for reference, result in found]
    worst = next((result for _reference, result in found if result in _REFUSED), "")
    return Answer(_REFUSED.get(worst, 200), {"payments": results})


_REFUSED = {payments.UNKNOWN: 404, payments.WRONG_AMOUNT: 409}


def _payment(row: Mapping[str, Any]) -> tuple[str, int] | None:
    reference = row.get("reference", row.get("txid"))
    cents = row["cents"] if type(row.get("cents")) is int else _cents(row.get("amount", row.get("valor")))
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference) or cents is None:
        return None
    return (reference, cents) if 0 < cents < 10**12 else None


def _cents(amount: Any) -> int | None:
    """Of reais, exact: a float would already be rounded."""
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        return None
    try:
        found = Decimal(str(amount)) * 100
    except InvalidOperation:
        return None
    return int(found) if found.is_finite() and abs(found) < 10**12 and found == int(found) else None
