"""From rows to business time: which hours hold for a queue, at a constant number of queries for any number of them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core.clock import now
from apps.teams.calendar import ALWAYS, ROUND_THE_CLOCK, Hours, Minutes, nothing_special
from apps.teams.holiday_dates import official
from apps.teams.models import BusinessHours, HolidayCalendar, Queue, SpecialDay

OwnDay = tuple[date, tuple[Minutes, ...] | None]
TIMED = ("hours", "calendar", "department__hours", "department__calendar")
WITH_HOURS = (*TIMED, "department__organization")


def hours_of_queues(queues: Iterable[Queue]) -> dict[UUID, Hours]:
    """A queue's own hours and holidays, else its department's; one query, if the queues came with `WITH_HOURS`."""
    rows = list(queues)
    own = _own_days({calendar.pk for queue in rows if (calendar := calendar_of(queue)) is not None})
    return {queue.pk: _of(queue, own) for queue in rows}


def hours_of(queue: Queue) -> Hours:
    return hours_of_queues([queue])[queue.pk]


def is_open_now(queue: Queue) -> bool:
    return hours_of(queue).is_open(now())


def week_of(queue: Queue) -> BusinessHours | None:
    return queue.hours or queue.department.hours


def calendar_of(queue: Queue) -> HolidayCalendar | None:
    return queue.calendar or queue.department.calendar


def _of(queue: Queue, own: dict[UUID, list[OwnDay]]) -> Hours:
    week, calendar = week_of(queue), calendar_of(queue)
    if week is None and calendar is None:
        return ALWAYS
    zone = week.time_zone if week else queue.department.organization.time_zone
    days = week.days if week else ROUND_THE_CLOCK
    if calendar is None:
        return _hours(zone, days, "", False, ())
    return _hours(zone, days, calendar.region, calendar.with_optional, tuple(own[calendar.pk]))


def _own_days(calendars: set[UUID]) -> dict[UUID, list[OwnDay]]:
    found: dict[UUID, list[OwnDay]] = defaultdict(list)
    rows = SpecialDay.objects.filter(calendar__in=calendars).order_by("date") if calendars else ()
    for row in rows:
        found[row.calendar_id].append((row.date, row.intervals))
    return found


@lru_cache(maxsize=512)
def _hours(
    zone: str, days: tuple[tuple[Minutes, ...], ...], region: str, with_optional: bool, own: tuple[OwnDay, ...]
) -> Hours:
    """Kept by their content, so that a process works out each day's opening once."""
    if not region and not own:
        return Hours(ZoneInfo(zone), days, nothing_special)
    mine = dict(own)

    def special(day: date) -> tuple[Minutes, ...] | None:
        if day in mine:
            return mine[day]
        return () if day in official(region, day.year, optional=with_optional) else None

    return Hours(ZoneInfo(zone), days, special)
