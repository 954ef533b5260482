"""Template tags of every page: icons, WhatsApp formatting, avatars and times."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from babel import Locale, UnknownLocaleError

from django import template
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

AVATAR_TONES = 8
WAVE_BARS = 34

# Private-use characters bracket what is set aside while the emphasis marks are worked on.
_OPEN, _CLOSE = "\ue000", "\ue001"
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'\ue000\ue001]+", re.IGNORECASE)
_SET_ASIDE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_MARKS = [
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]*[^\s_])_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]*\S)~(?![\w~])"), "s"),
]


class Readable(Protocol):
    id: object
    direction: str


@register.simple_tag
@lru_cache(maxsize=2048, typed=True)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; decorative unless `label` says what it means."""
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon {}" {}><use href="{}#{}"></use></svg>', css, said, static("sprite.svg"), name)


@register.filter
def wa_format(text: object) -> SafeString:
    """WhatsApp's own marks as HTML: `*bold*`, `_italic_`, `~strike~`, code, links. Everything else is escaped."""
    kept: list[str] = []

    def set_aside(html: str) -> str:
        kept.append(html)
        return f"{_OPEN}{len(kept) - 1}{_CLOSE}"

    plain = str(text or "").replace(_OPEN, "").replace(_CLOSE, "")
    plain = _CODE.sub(lambda found: set_aside(f"<code>{escape(found[1] or found[2])}</code>"), plain)
    plain = _LINK.sub(lambda found: _link(found[0], set_aside), plain)
    html = str(escape(plain))
    for pattern, tag in _MARKS:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return mark_safe(_SET_ASIDE.sub(lambda found: kept[int(found[1])], html))  # noqa: S308 - escaped above


def _link(address: str, set_aside: "SetAside") -> str:
    bare = address.rstrip(".,;:!?)*_~]")
    target = bare if bare.lower().startswith("http") else f"https://{bare}"
    anchor = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>'
    return set_aside(format_html(anchor, target, bare)) + address[len(bare) :]


class SetAside(Protocol):
    def __call__(self, html: str) -> str: ...


@register.filter
def wa_plain(text: object) -> str:
    """The same text in one line without the marks: for previews."""
    plain = _CODE.sub(lambda found: found[1] or found[2], str(text or ""))
    for pattern, _tag in _MARKS:
        plain = pattern.sub(r"\1", plain)
    return " ".join(plain.split())


@register.filter
def initials(name: object) -> str:
    """First letters of the first and last word; "?" for a bare phone number."""
    words = [word for word in str(name or "").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.filter
def avatar_tone(name: object) -> int:
    """One of eight colours, always the same for the same name."""
    return zlib.crc32(str(name or "").encode()) % AVATAR_TONES


@register.filter
def short_time(moment: datetime | None) -> str:
    """Time today, "yesterday", weekday within six days, date before that."""
    return _short(timezone.localtime(moment), timezone.localdate()) if moment else ""


def _short(local: datetime, today: date) -> str:
    days = (today - local.date()).days
    if days == 0:
        return formats.date_format(local, "H:i")
    if days == 1:
        return _("yesterday")
    return formats.date_format(local, "l")[:3].lower() if 1 < days < 7 else formats.date_format(local, "d/m/Y")


@register.simple_tag
def ago(moment: datetime | None, css: str = "") -> SafeString:
    """`<time>` with a short text which the page keeps fresh, and the full moment as title."""
    if moment is None:
        return SafeString()
    local = timezone.localtime(moment)
    minute = local.replace(
        second=0, microsecond=0, tzinfo=None
    )  # with its zone it would equal other zones' same moment
    before, after = _around_moment(minute, timezone.localdate(), css, get_language())
    return SafeString(f"{before}{local.isoformat(timespec='seconds')}{after}")


@lru_cache(maxsize=4096)
def _around_moment(minute: datetime, today: date, css: str, _language: str | None) -> tuple[SafeString, SafeString]:
    """All but the second, which is the same for a whole minute: most pushes are of this minute."""
    title = formats.date_format(minute, "SHORT_DATETIME_FORMAT")
    return (
        format_html('<time class="{}" data-ago datetime="', css),
        format_html('" title="{}">{}</time>', title, _short(minute, today)),
    )


@register.filter
def day_label(moment: datetime | date) -> str:
    """Heading of a day in a conversation: "Today", "Yesterday", or the date."""
    day = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(day, "DATE_FORMAT")


@register.filter
def clock_time(seconds: object) -> str:
    """Seconds as `m:ss`; empty when unknown."""
    if not isinstance(seconds, int | float) or seconds < 0:
        return ""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@register.filter
def duration(span: object) -> str:
    """A timedelta or seconds in its two largest units: `2d 3h`, `2h 05m`, `3m 20s`, `12s`; empty when unknown."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    if not isinstance(seconds, int | float) or seconds < 0:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes_rest = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24}d {hours % 24}h"
    if hours:
        return f"{hours}h {minutes_rest:02d}m"
    return f"{minutes}m {rest:02d}s" if minutes else f"{rest}s"


@register.simple_tag
def first_unread(messages: Iterable[Readable], unread: int | None) -> object:
    """Id of the message above which the "unread" line stands; None when all is read."""
    inbound = [message.id for message in messages if message.direction == "in"]
    return inbound[-min(unread, len(inbound))] if unread and inbound else None


@register.simple_tag
def time_left(moment: datetime | None) -> str:
    """What remains until `moment` as `22h 10m` or `8m`; empty when it has passed."""
    minutes = int((moment - timezone.now()).total_seconds() // 60) if moment else -1
    if minutes < 0:
        return ""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h {rest:02d}m" if hours else f"{rest}m"


@register.filter
def reaction_counts(reactions: object) -> list[tuple[str, int]]:
    """`{who: emoji}` as emoji and how many chose it, the commonest first."""
    chosen = reactions.values() if isinstance(reactions, dict) else []
    return Counter(emoji for emoji in chosen if isinstance(emoji, str) and emoji).most_common()


@register.simple_tag
def waveform(seed: object) -> SafeString:
    """Bars for a voice note: decoration, the same for the same message."""
    noise = zlib.crc32(str(seed).encode())
    bars = []
    for index in range(WAVE_BARS):
        noise = (noise * 1103515245 + 12345) & 0x7FFFFFFF
        height = 4 + (noise >> 12) % 15 + (5 if index % 7 in (2, 3, 4) else 0)
        bars.append((index * 5, 12 - height / 2, height))
    rects = format_html_join("", '<rect x="{}" y="{}" width="3" height="{}" rx="1.5"></rect>', bars)
    return format_html('<svg class="wave" viewBox="0 0 168 24" aria-hidden="true">{}</svg>', rects)


@register.simple_tag(takes_context=True)
def flashes(context: template.Context) -> Iterable[Message]:
    """Django's one-time messages: read from the request, since pages may use the name `messages` for their own."""
    request = context.get("request")
    return get_messages(request) if isinstance(request, HttpRequest) else []


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """`light` or `dark`: the cookie, else the user's setting, else light."""
    request = context.get("request")
    chosen = getattr(request, "COOKIES", {}).get("theme", "")
    chosen = chosen or getattr(getattr(request, "user", None), "theme", "")
    return "dark" if chosen == "dark" else "light"


@register.filter
def item(mapping: object, key: str) -> object:
    """`mapping[key]` or an empty text, for payloads whose keys are data."""
    found = mapping.get(key, "") if isinstance(mapping, dict) else ""
    return found if found is not None else ""


@register.filter
def plain_name(name: object) -> str:
    """Meta's name of a template as people read it: `pedido_confirmado` → `Pedido confirmado`."""
    return str(name or "").replace("_", " ").strip().capitalize()


@register.filter
def language_name(code: object) -> str:
    """`pt_BR` as the viewer's language calls it; unknown codes stay as they are."""
    return _language_name(str(code or ""), get_language() or "en")


@lru_cache(maxsize=512)
def _language_name(code: str, viewer: str) -> str:
    try:
        name = Locale.parse(code).get_display_name(viewer.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return code
    shown = name or code
    return shown[:1].upper() + shown[1:]


@register.filter
def split_words(text: str) -> list[str]:
    """Words of a literal list in a template."""
    return text.split()


@register.filter
def as_attr(value: object) -> SafeString:
    """A boolean as the text an ARIA attribute wants."""
    return conditional_escape("true" if value else "false")


_WIDGET_CLASSES = {"select": "form-select", "checkbox": "form-check-input"}


@register.filter
def boxes(field: BoundField) -> list[BoundWidget]:
    """The boxes of a field with several, each in the look of a single one."""
    for box in field.subwidgets:
        box.data["attrs"] = {**box.data["attrs"], "class": "form-check-input"}
    return field.subwidgets


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form field's input with the class that its kind has everywhere, unless the form chose its own."""
    own = field.field.widget.attrs.get("class")
    css = own or _WIDGET_CLASSES.get(field.widget_type, "form-control")
    return field.as_widget(attrs={"class": css})
