"""Small marks that rows, bubbles and heads share. Python and not templates: a row is built for every push."""

from datetime import datetime
from functools import lru_cache

from django import template
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.templatetags.pytake import icon, time_left

register = template.Library()

_TICKS = {
    "read": (gettext_noop("Read"), "checks"),
    "played": (gettext_noop("Read"), "checks"),
    "delivered": (gettext_noop("Delivered"), "checks"),
    "sent": (gettext_noop("Sent"), "check"),
    "failed": (gettext_noop("Not sent"), "alert-circle"),
    "held": (gettext_noop("Not confirmed"), "alert-triangle"),
}
_KINDS = {
    "image": (gettext_noop("Photo"), "photo"),
    "video": (gettext_noop("Video"), "video"),
    "audio": (gettext_noop("Voice message"), "microphone"),
    "document": (gettext_noop("Document"), "file"),
    "sticker": (gettext_noop("Sticker"), "sticker"),
    "location": (gettext_noop("Location"), "map-pin"),
    "contacts": (gettext_noop("Contact"), "user"),
    "order": (gettext_noop("Order"), "shopping-cart"),
    "template": (gettext_noop("Template"), "template"),
    "interactive": (gettext_noop("Options"), ""),
}


@register.simple_tag
def ticks(status: str) -> SafeString:
    """✓, ✓✓, blue, or what went wrong."""
    return _ticks(status, translation.get_language())


@lru_cache(maxsize=128)
def _ticks(status: str, _language: str | None) -> SafeString:
    said, name = _TICKS.get(status, (gettext_noop("Sending"), "clock"))
    return format_html(
        '<span class="ticks ticks-{}" data-testid="ticks" data-status="{}">{}</span>',
        status or "queued",
        status,
        icon(name, "icon-sm", _(said)),
    )


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    """The icon of a message without words; text has none."""
    name = _KINDS.get(kind, ("", ""))[1]
    return icon(name, "icon-sm") if name else SafeString()


@register.simple_tag
def kind_name(kind: str) -> str:
    return _(_KINDS[kind][0]) if kind in _KINDS else _("Message")


@register.simple_tag
def window_badge(expires_at: datetime, compact: bool = False) -> SafeString:
    """The 24-hour window. `compact`: seen only when less than two hours remain, or it has ended."""
    return format_html(
        '<pt-countdown class="pill window" data-testid="window" {}data-until="{}" title="{}">{}'
        "<span data-left>{}</span></pt-countdown>",
        SafeString("data-compact ") if compact else "",
        expires_at.isoformat(),
        _("Time left to answer freely. WhatsApp allows 24 hours after the last message from the customer."),
        icon("clock-hour-4"),
        time_left(expires_at) or _("Window ended"),
    )
