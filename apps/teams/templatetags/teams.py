"""Times of business hours in words."""

from itertools import groupby
from typing import Any

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.teams.calendar import Minutes
from apps.teams.models import BusinessHours

register = template.Library()


@register.filter
def clock(minutes: int) -> str:
    """540 → 09:00; midnight as an end is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@register.filter
def minutes(number: int | None) -> str:
    """90 → "1 h 30 min"; empty for none."""
    if not number:
        return ""
    hours, rest = divmod(number, 60)
    if not hours:
        return ngettext("%d min", "%d min", rest) % rest
    return f"{hours} h {rest} min" if rest else f"{hours} h"


@register.simple_tag
def week_in_words(hours: BusinessHours) -> SafeString:
    """Days with the same hours together: "Mon – Fri 09:00–18:00", one line each; closed days are left out."""
    days: list[tuple[int, tuple[Minutes, ...]]] = list(enumerate(hours.days))
    lines = [_line(list(group)) for intervals, group in groupby(days, key=lambda day: day[1]) if intervals]
    return format_html_join("", '<div class="small">{} <span class="text-secondary num">{}</span></div>', lines)


def _line(group: list[tuple[int, tuple[Minutes, ...]]]) -> tuple[str, str]:
    first, last = group[0][0], group[-1][0]
    names = _weekday(first) if first == last else f"{_weekday(first)} – {_weekday(last)}"
    return names, _times(group[0][1])


def _weekday(day: int) -> Any:
    return WEEKDAYS_ABBR[day]


def _times(intervals: tuple[Minutes, ...]) -> str:
    if intervals == ((0, 1440),):
        return _("24 hours")
    return ", ".join(f"{clock(begin)}–{clock(end)}" for begin, end in intervals)
