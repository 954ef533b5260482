"""Business time: when a queue is open, and how much open time lies between two moments. Pure: no database, no clock.

Hours are wall-clock times of a zone. **Rule for clock changes:** a wall-clock time means the first instant at which
the zone's clock shows that time or a later one. So a time that comes twice (clocks go back) means its first passing,
and one that never comes (clocks go forward) means the moment of the jump. Under this rule the order of times never
turns round, and intervals that do not overlap on paper do not overlap in fact.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
HORIZON_DAYS = 800  # whoever opens on 29 February only, never mind: after this long it counts as never

Minutes = tuple[int, int]  # [begin, end) in minutes after local midnight; end may be 1440
Span = tuple[datetime, datetime]  # [begin, end) in UTC
Special = Callable[[date], "tuple[Minutes, ...] | None"]  # the hours of a special day; None: an ordinary one

ALL_DAY: tuple[Minutes, ...] = ((0, DAY_MINUTES),)
ROUND_THE_CLOCK: tuple[tuple[Minutes, ...], ...] = (ALL_DAY,) * 7
_MOST_CACHED_DAYS = 4000


def nothing_special(_day: date) -> None:
    """A calendar without holidays."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Seven days (Monday first) of disjoint, sorted intervals in a zone, and what is different on special days."""

    zone: ZoneInfo
    week: tuple[tuple[Minutes, ...], ...]
    special: Special = nothing_special
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def never_closes(self) -> bool:
        return self.special is nothing_special and self.week == ROUND_THE_CLOCK

    def is_open(self, at: datetime) -> bool:
        return self.never_closes or any(begin <= at < end for begin, end in self._spans_around(at))

    def next_opening(self, at: datetime) -> datetime | None:
        """`at` itself when it is open then, else the next moment that is; None when there is none in sight."""
        if self.never_closes:
            return at
        span = next(self._spans_from(at), None)
        return None if span is None else max(span[0], at)

    def closing(self, at: datetime) -> datetime | None:
        """When the interval that is open at `at` ends; None when it is closed then, or never closes."""
        if self.never_closes:
            return None
        return next((end for begin, end in self._spans_around(at) if begin <= at < end), None)

    def business_seconds(self, begin: datetime, end: datetime) -> float:
        """Open seconds in [begin, end); negative when `end` comes first."""
        if end <= begin:
            return -self.business_seconds(end, begin) if end < begin else 0.0
        if self.never_closes:
            return (end - begin).total_seconds()
        total = timedelta()
        for opens, closes in self._spans_from(begin, until=end):
            total += min(closes, end) - max(opens, begin)
        return total.total_seconds()

    def add_business_time(self, at: datetime, seconds: float) -> datetime | None:
        """The first moment by which `seconds` (≥ 0) of open time have passed since `at`; None when it never comes."""
        if self.never_closes:
            return at + timedelta(seconds=seconds)
        left = timedelta(seconds=seconds)
        if not left:
            return at
        for opens, closes in self._spans_from(at):
            begin = max(opens, at)
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        return None

    def _spans_from(self, at: datetime, until: datetime | None = None) -> Iterator[Span]:
        """Open spans that end after `at` (and begin before `until`), in order; gives up after a long closed time."""
        day, closed_days = at.astimezone(self.zone).date() - timedelta(days=1), 0
        last = date.max if until is None else until.astimezone(self.zone).date() + timedelta(days=1)
        while closed_days <= HORIZON_DAYS and day <= last and day < date.max - timedelta(days=2):
            spans = self._spans_of(day)
            closed_days = 0 if spans else closed_days + 1
            for span in spans:
                if until is not None and span[0] >= until:
                    return
                if span[1] > at:
                    yield span
            day += timedelta(days=1)

    def _spans_around(self, at: datetime) -> Iterator[Span]:
        """All spans that may hold `at`; a clock that goes back over midnight gives a day two neighbours."""
        today = at.astimezone(self.zone).date()
        for offset in (-1, 0, 1):
            yield from self._spans_of(today + timedelta(days=offset))

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _MOST_CACHED_DAYS:
                self._days.clear()
            known = self._days[day] = tuple(self._make_spans(day))
        return known

    def _make_spans(self, day: date) -> Iterator[Span]:
        midnight = datetime.combine(day, time.min)
        intervals = self.special(day)
        for begin, end in self.week[day.weekday()] if intervals is None else intervals:
            opens = instant(midnight + timedelta(minutes=begin), self.zone)
            closes = instant(midnight + timedelta(minutes=end), self.zone)
            if opens < closes:
                yield opens, closes


ALWAYS = Hours(ZoneInfo("UTC"), ROUND_THE_CLOCK)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the zone's clock shows `wall` or later."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return first
    return _jump(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the zone's offset changes, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
