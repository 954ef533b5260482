"""Business time against a walker that looks at every minute, in zones whose clocks jump."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.teams.calendar import ALWAYS, DAY_MINUTES, Hours, instant

ZONES = {  # each with a moment near which its clock goes back or forward
    "America/Sao_Paulo": datetime(2018, 11, 4, 3, tzinfo=UTC),  # forward at midnight: 00:00 never comes
    "America/Fortaleza": datetime(2001, 10, 14, 3, tzinfo=UTC),
    "America/Havana": datetime(2024, 11, 3, 5, tzinfo=UTC),  # back from 01:00 to 00:00
    "America/Asuncion": datetime(2022, 3, 27, 3, tzinfo=UTC),  # back over midnight, into the day before
    "Australia/Lord_Howe": datetime(2024, 4, 6, 15, tzinfo=UTC),  # half an hour
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),  # a whole day is left out
    "UTC": datetime(2024, 2, 29, 12, tzinfo=UTC),
}
MINUTE = timedelta(minutes=1)


@st.composite
def weeks(draw):
    """Seven days of up to three disjoint intervals."""
    week = []
    for _ in range(7):
        edges = sorted(draw(st.sets(st.integers(0, DAY_MINUTES), min_size=0, max_size=6)))
        pairs = list(zip(edges[::2], edges[1::2], strict=False))
        week.append(tuple(pairs))
    return tuple(week)


@st.composite
def cases(draw):
    """Hours with a special day near a clock change, and a moment near it."""
    name = draw(st.sampled_from(sorted(ZONES)))
    week, near = draw(weeks()), ZONES[name]
    odd = near.astimezone(ZoneInfo(name)).date() + timedelta(days=draw(st.integers(-2, 2)))
    other = draw(st.sampled_from([(), ((600, 660),), ((0, DAY_MINUTES),)]))
    hours = Hours(ZoneInfo(name), week, lambda day: other if day == odd else None)
    return hours, near + timedelta(minutes=draw(st.integers(-2000, 2000)))


class Walker:
    """The rule as it is written down: a wall time is the first minute whose clock shows it or later."""

    def __init__(self, hours, around, days=3):
        self.begin = (around - timedelta(days=days)).replace(second=0, microsecond=0)
        count = 2 * days * DAY_MINUTES
        walls = [(self.begin + index * MINUTE).astimezone(hours.zone).replace(tzinfo=None) for index in range(count)]
        first, latest = {}, datetime.min
        for index, wall in enumerate(walls):
            while latest < wall:
                latest = wall if latest == datetime.min else latest + MINUTE
                first[latest] = index
        self.open = [False] * count
        for day in sorted({wall.date() for wall in first}):
            special = hours.special(day)
            for start, end in hours.week[day.weekday()] if special is None else special:
                midnight = datetime.combine(day, time.min)
                low = first.get(midnight + start * MINUTE, 0 if midnight < walls[0] else count)
                high = first.get(midnight + end * MINUTE, 0 if midnight + end * MINUTE < walls[0] else count)
                self.open[low:high] = [True] * (high - low)

    def at(self, moment):
        return self.open[(moment - self.begin) // MINUTE]

    def between(self, begin, end):
        return 60 * sum(self.open[(begin - self.begin) // MINUTE : (end - self.begin) // MINUTE])


@settings(max_examples=40, deadline=None)
@given(cases(), st.integers(0, 2500))
def test_open_and_open_time_are_what_the_minute_walker_finds(case, length):
    hours, moment = case
    walker, end = Walker(hours, moment), moment + timedelta(minutes=length)
    assert hours.is_open(moment) == walker.at(moment)
    assert hours.business_seconds(moment, end) == walker.between(moment, end)
    assert hours.business_seconds(end, moment) == -walker.between(moment, end)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_next_opening_is_open_and_everything_before_it_is_closed(case):
    hours, moment = case
    opening, walker = hours.next_opening(moment), Walker(hours, moment)
    if opening is None:
        assert not any(hours.week)
        return
    assert hours.is_open(opening)
    assert hours.business_seconds(moment, opening) == 0
    if opening < moment + timedelta(days=3):
        assert not any(walker.at(moment + step * MINUTE) for step in range((opening - moment) // MINUTE))


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(0, 20 * 3600))
def test_adding_business_time_is_the_opposite_of_counting_it(case, seconds):
    hours, moment = case
    due = hours.add_business_time(moment, seconds)
    if due is None:
        assert hours.business_seconds(moment, moment + timedelta(days=400)) < seconds
        return
    assert hours.business_seconds(moment, due) == seconds
    assert due == moment or hours.business_seconds(moment, due - timedelta(seconds=1)) == seconds - 1


@settings(max_examples=100, deadline=None)
@given(cases(), st.lists(st.integers(0, 5000), min_size=3, max_size=3))
def test_open_time_adds_up(case, lengths):
    hours, begin = case
    begin, middle, end = (begin + timedelta(minutes=length) for length in sorted(lengths))
    whole = hours.business_seconds(begin, end)
    assert whole == hours.business_seconds(begin, middle) + hours.business_seconds(middle, end)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("America/Sao_Paulo", datetime(2018, 11, 4, 0, 30), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("America/Havana", datetime(2024, 11, 3, 0, 30), datetime(2024, 11, 3, 4, 30, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 9), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_time_that_never_comes_is_the_jump_and_one_that_comes_twice_its_first_passing(zone, wall, expected):
    assert instant(wall, ZoneInfo(zone)) == expected


def test_midnight_to_midnight_is_one_open_night_through_two_intervals():
    night = ((0, 360), (1320, DAY_MINUTES))
    hours = Hours(ZoneInfo("America/Sao_Paulo"), (night,) * 7)
    assert hours.business_seconds(*(datetime(2026, 3, day, 0, tzinfo=UTC) for day in (2, 3))) == 8 * 3600
    assert hours.is_open(datetime(2026, 3, 3, 3, tzinfo=UTC)), "local midnight"


def test_hours_that_never_open_say_so_and_do_not_search_forever():
    never = Hours(ZoneInfo("UTC"), ((),) * 7)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    assert never.next_opening(moment) is None
    assert never.add_business_time(moment, 60) is None
    assert never.business_seconds(moment, moment + timedelta(days=3650)) == 0


def test_always_open_is_plain_time():
    moment = datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)
    assert ALWAYS.is_open(moment)
    assert ALWAYS.closing(moment) is None
    assert ALWAYS.next_opening(moment) == moment
    assert ALWAYS.add_business_time(moment, 90) == moment + timedelta(seconds=90)


def test_a_special_day_replaces_the_week():
    open_days = (((540, 1080),),) * 7
    christmas = date(2026, 12, 25)
    hours = Hours(ZoneInfo("UTC"), open_days, lambda day: () if day == christmas else None)
    assert hours.next_opening(datetime(2026, 12, 25, 9, tzinfo=UTC)) == datetime(2026, 12, 26, 9, tzinfo=UTC)
    assert hours.closing(datetime(2026, 12, 24, 10, tzinfo=UTC)) == datetime(2026, 12, 24, 18, tzinfo=UTC)
    assert hours.closing(datetime(2026, 12, 25, 10, tzinfo=UTC)) is None
