"""The periods that pages offer, in the organisation's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Period:
    """`days` whole days, today included."""

    key: str
    label: Promise
    days: int

    @property
    def first_day(self) -> date:
        return timezone.localdate() - timedelta(days=self.days - 1)

    @property
    def begins_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first_day, time.min))


TODAY = Period("today", _("Today"), 1)
WEEK = Period("7d", _("7 days"), 7)
MONTH = Period("30d", _("30 days"), 30)
QUARTER = Period("90d", _("90 days"), 90)
ALL = (TODAY, WEEK, MONTH, QUARTER)
LONGER = (WEEK, MONTH, QUARTER)


def chosen(request: HttpRequest, offered: tuple[Period, ...] = ALL, default: Period = WEEK) -> Period:
    """The period that `?period=` names; anything else is the usual one."""
    wanted = request.GET.get("period", "")
    return next((period for period in offered if period.key == wanted), default)
