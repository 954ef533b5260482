"""Per-message prices as they are reported in statuses, by date, with the monthly free allowance of service messages."""

import time
from datetime import UTC, datetime

from apps.simulator.entities import JSON, Message, Number, Window

SERVICE_CHARGED_FROM = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
DAY = 86_400
FREE_ENTRY_HOURS = 72


def month(at: float) -> str:
    return time.strftime("%Y-%m", time.gmtime(at))


def category(message: Message) -> str:
    return message.template.category.lower() if message.template else "service"


def window_open(window: Window | None, at: float) -> bool:
    return window is not None and at - window.last_inbound < DAY


def begin_free_entry(window: Window | None, at: float) -> None:
    """The first answer within a day of a tap on an advert starts 72 free hours."""
    if window and window.ad_clicked_at and at - window.ad_clicked_at < DAY and window.free_entry_until < at:
        window.free_entry_until = at + FREE_ENTRY_HOURS * 3600
        window.ad_clicked_at = 0.0


def free_left(number: Number, at: float, allowance: int) -> int:
    return allowance - number.free_used.get(month(at), 0)


def price(message: Message, number: Number, window: Window | None, at: float, allowance: int) -> JSON:
    """The pricing object of one message; uses up the allowance, so call it once a message."""
    kind = category(message)
    if window and window.free_entry_until > at:
        return _object("free_entry_point", "referral_conversion")
    if kind == "service":
        return _service(number, at, allowance)
    if kind == "utility" and at < SERVICE_CHARGED_FROM and window_open(window, at):
        return _object("free_customer_service", kind)
    return _object("regular", kind)


def _service(number: Number, at: float, allowance: int) -> JSON:
    if at >= SERVICE_CHARGED_FROM:
        if free_left(number, at, allowance) <= 0:
            return _object("regular", "service")
        number.free_used[month(at)] = number.free_used.get(month(at), 0) + 1
    return _object("free_customer_service", "service")


def _object(kind: str, name: str) -> JSON:
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": name}
