"""Small marks that rows, bubbles and heads share. Python and not templates: a row is built for every push."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.conversations.handoffs import reason_text
from apps.conversations.models import Message
from apps.conversations.timeline import PROMISES
from apps.core.clock import now
from apps.core.templatetags.pytake import avatar_tone, icon, initials, time_left
from apps.organizations.models import Membership

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
def author_face(author: Membership, slug: str) -> SafeString:
    """The picture or the initials of whoever answered, beside their bubbles."""
    user = author.user
    return _face(author.name, str(author.pk) if user.picture_version else "", user.picture_version, slug)


@lru_cache(maxsize=1024)
def _face(name: str, pictured: str, version: str, slug: str) -> SafeString:
    picture = SafeString()
    if pictured:
        address = reverse("desk:picture", kwargs={"slug": slug, "membership_id": pictured})
        image = '<img src="{}?v={}" alt="" loading="lazy" decoding="async" width="256" height="256">'
        picture = format_html(image, address, version)
    face = '<span class="face face-{} face-xs msg-face" aria-hidden="true" title="{}">{}{}</span>'
    return format_html(face, avatar_tone(name), name, initials(name), picture)


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


@register.filter
def reais(cents: object) -> str:
    """`R$ 1.234,50` of 123450; nothing for what is no amount."""
    if type(cents) is not int:
        return ""
    whole, rest = divmod(cents, 100)
    return f"R$ {whole:,}".replace(",", ".") + f",{rest:02d}"


@register.filter
def handoff_reason(reason: str) -> str:
    """Why a flow could not go on, for its card."""
    return reason_text(reason)


@register.simple_tag
def window_badge(expires_at: datetime, compact: bool = False) -> SafeString:
    """The 24-hour window. `compact`: seen only when less than two hours remain, or it has ended."""
    before, after = _around_window(compact, time_left(expires_at), translation.get_language())
    return SafeString(f"{before}{expires_at.isoformat()}{after}")


@lru_cache(maxsize=4096)
def _around_window(compact: bool, left: str, _language: str | None) -> tuple[SafeString, SafeString]:
    """All but the moment itself."""
    opening = '<pt-countdown class="pill window" data-testid="window" {}data-until="'
    return format_html(opening, SafeString("data-compact ") if compact else ""), format_html(
        '" title="{}">{}<span data-left>{}</span></pt-countdown>',
        _("Time left to answer freely. WhatsApp allows 24 hours after the last message from the customer."),
        icon("clock-hour-4"),
        left or _("Window ended"),
    )


_SLA_SAID = {
    "ok": gettext_noop("SLA: %(promise)s due at %(when)s"),
    "risk": gettext_noop("SLA at risk: %(promise)s due at %(when)s"),
    "breached": gettext_noop("SLA broken: %(promise)s was due at %(when)s"),
}
_SLA_MARKS = {
    "ok": lambda: icon("hourglass-low"),
    "risk": lambda: icon("clock-exclamation"),
    "breached": lambda: icon("alarm"),
}


@register.simple_tag
def sla_badge(state: str, kind: str, due_at: datetime | None) -> SafeString:
    """What is left until the most urgent promise is due, kept true by the page; nothing where no clock runs."""
    if due_at is None or state not in _SLA_SAID:
        return SafeString("")
    said = _(_SLA_SAID[state]) % {
        "promise": _(PROMISES.get(kind, "SLA")).lower(),
        "when": date_format(localtime(due_at), "SHORT_DATETIME_FORMAT"),
    }
    return format_html(
        '<pt-sla class="pill sla sla-{}" data-testid="sla" data-state="{}" data-until="{}" title="{}">{}'
        '<span data-left aria-hidden="true">{}</span><span class="visually-hidden">{}</span></pt-sla>',
        state,
        state,
        due_at.isoformat(),
        said,
        _SLA_MARKS[state](),
        time_to(due_at),
        said,
    )


def time_to(moment: datetime) -> str:
    """`12m`, `3h 05m`, `2d 4h`; with a plus sign when it has passed. The same as `left` in sla.js."""
    seconds = (moment - now()).total_seconds()
    sign, minutes = ("", int(seconds // 60)) if seconds >= 0 else ("+", int(-seconds // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{sign}{days}d {hours}h"
    return f"{sign}{hours}h {rest:02d}m" if hours else f"{sign}{rest}m"


@register.filter
def tapped_card(message: Message) -> int | None:
    """On which card of a carousel a customer tapped: `template_parts` puts its number before the button's label."""
    number, _sep, label = str(message.payload.get("payload", "")).partition(": ")
    return int(number) if number.isdecimal() and len(number) < 3 and label == message.text else None


_ANY_MESSAGE, _ANY_CLIENT = UUID(int=1), UUID(int=2)


@register.simple_tag
def bubble_actions(message: Message, slug: str) -> SafeString:
    """Reply and react. The same for every bubble but for two ids: rendered once, and the ids put in."""
    made = _bubble_actions(message.direction, slug, translation.get_language())
    html = made.replace(str(_ANY_MESSAGE), str(message.pk)).replace(str(_ANY_CLIENT), str(message.client_id))
    return mark_safe(html)  # noqa: S308 - a template and two UUIDs


@lru_cache(maxsize=1024)
def _bubble_actions(direction: str, slug: str, _language: str | None) -> str:
    stand_in = {"id": _ANY_MESSAGE, "client_id": _ANY_CLIENT, "direction": direction}
    return render_to_string("conversations/_bubble_actions.html", {"message": stand_in, "slug": slug}).strip()


@register.simple_tag
def bubble_time(moment: datetime) -> SafeString:
    local = localtime(moment)
    title = date_format(local, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), title, local.strftime("%H:%M"))
