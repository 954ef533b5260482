"""The replay of a week, without any database: a few weeks by hand, and what holds for all of them."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.routing.whatif.changes import Change, changed
from apps.routing.whatif.figures import measure, percentile
from apps.routing.whatif.model import Arrival, End, Line, Worker, World
from apps.routing.whatif.replay import replay
from apps.teams.calendar import ALWAYS, Hours

MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
NINE_TO_SIX = Hours(UTC_ZONE, (((540, 1080),),) * 7)


def key(number):
    return UUID(int=number)


SUPPORT, SALES, ANA, RUI = key(1), key(2), key(11), key(12)


def at(minutes):
    return MONDAY + timedelta(minutes=minutes)


def world(lines, workers, arrivals, days=1):
    end = MONDAY + timedelta(days=days)
    return World(
        MONDAY, end, UTC_ZONE, {line.pk: line for line in lines}, {one.pk: one for one in workers}, tuple(arrivals)
    )


def ana(**fields):
    return Worker(ANA, **({"capacity": 1, "shifts": ((at(0), at(1440)),)} | fields))


def support(**fields):
    return Line(SUPPORT, "Support", **({"agents": frozenset({ANA})} | fields))


def comes(number, minute, *, queue=SUPPORT, minutes=10, **fields):
    return Arrival(key(100 + number), at(minute), queue, handling=minutes * 60, **fields)


def waits(outcomes):
    return [(outcome.at - outcome.arrival.at).total_seconds() / 60 for outcome in outcomes]


def test_one_place_is_used_by_one_after_the_other():
    told = replay(world([support()], [ana()], [comes(1, 0), comes(2, 1), comes(3, 2)]))
    assert waits(told) == [0, 9, 18]


def test_vips_come_first_then_priority_then_age():
    lines = [support(priority=5), Line(SALES, "Sales", priority=1, agents=frozenset({ANA}))]
    old, vip, urgent = comes(1, 1), comes(2, 3, is_vip=True), comes(3, 2, queue=SALES)
    told = replay(world(lines, [ana()], [comes(0, 0), old, vip, urgent]))
    assert waits(told) == [0, 29, 7, 18]


def test_a_closed_queue_and_an_absent_agent_give_nothing():
    closed = support(hours=NINE_TO_SIX)
    assert waits(replay(world([closed], [ana()], [comes(1, 60)]))) == [480]
    assert waits(replay(world([support()], [ana(shifts=((at(600), at(700)),))], [comes(1, 60)]))) == [540]


def test_who_lacks_the_skill_takes_nothing():
    needs = {key(77): 3}
    told = replay(world([support(needs=needs)], [ana(skills={key(77): 2})], [comes(1, 0)]))
    assert told[0].end is End.WAITING
    told = replay(world([support(needs=needs)], [ana(skills={key(77): 3})], [comes(1, 0)]))
    assert told[0].end is End.TAKEN


@pytest.mark.parametrize(
    ("mode", "who"), [("round_robin", RUI), ("least_busy", ANA), ("manual", ANA)], ids=["turn", "load", "manual"]
)
def test_the_mode_chooses_the_agent(mode, who):
    """Ana was given the last one but is free of it; Rui still holds what he was given before."""
    agents = frozenset({ANA, RUI})
    workers = [ana(capacity=2), Worker(RUI, 2, shifts=((at(1), at(1440)),), held=(at(600),))]
    told = replay(world([support(mode=mode, agents=agents)], workers, [comes(1, 0, minutes=1), comes(2, 5)]))
    assert told[1].agent == who


def test_overflow_by_size_by_time_and_by_hours():
    sales = Line(SALES, "Sales", agents=frozenset({RUI}))
    rui = Worker(RUI, 9, shifts=((at(0), at(1440)),))
    by_size = support(max_waiting=1, overflow_queue_id=SALES)
    arrivals = [comes(1, 0, minutes=600), comes(2, 1), comes(3, 2)]
    told = replay(world([by_size, sales], [ana(), rui], arrivals))
    assert [outcome.queue for outcome in told] == [SUPPORT, SUPPORT, SALES]
    by_time = support(overflow_minutes=30, overflow_queue_id=SALES)
    told = replay(world([by_time, sales], [ana(), rui], arrivals))
    assert [outcome.queue for outcome in told] == [SUPPORT, SALES, SALES]
    assert waits(told) == [0, 30, 30]
    by_hours = support(hours=NINE_TO_SIX, out_of_hours="overflow", overflow_queue_id=SALES)
    assert replay(world([by_hours, sales], [ana(), rui], [comes(1, 10)]))[0].queue == SALES


def test_who_finds_the_overflow_queue_full_goes_there_once_there_is_room():
    first = support(agents=frozenset(), overflow_minutes=10, overflow_queue_id=SALES)
    sales = Line(SALES, "Sales", agents=frozenset({ANA}), max_waiting=1)
    arrivals = [comes(0, 0, queue=SALES, minutes=60), comes(1, 1, queue=SALES, minutes=5), comes(2, 2, minutes=5)]
    assert waits(replay(world([first, sales], [ana()], arrivals))) == [0, 59, 63]


def test_more_people_change_the_week_and_fewer_too():
    """Staff that comes at nine takes what waits; the week without anybody leaves everything."""
    here = world([support()], [ana(shifts=((at(600), at(1440)),))], [comes(1, 541)])
    more = changed(here, [Change(SUPPORT, people=1, days="workdays", from_hour=9, to_hour=12)])
    assert (waits(replay(here)), waits(replay(more))) == ([59], [0])
    fewer = changed(here, [Change(SUPPORT, people=-1, days="all", from_hour=0, to_hour=24)])
    assert replay(fewer)[0].end is End.WAITING
    assert replay(changed(here, [Change(SUPPORT, people=-1, days="weekend")])) == replay(here)


def test_the_figures_of_a_small_week():
    line = support(target_seconds=5 * 60)
    here = world([line], [ana()], [comes(1, 0), comes(2, 1), comes(3, 2, promised=False), comes(4, 1439)])
    found = measure(here, replay(here))[SUPPORT]
    assert (found.arrivals, found.taken, found.median, found.longest) == (4, 4, 4.5 * 60, 18 * 60)
    assert (found.promised, found.kept, found.breached) == (3, 2, 1)
    assert found.busy == pytest.approx(31 / 1440)
    assert found.hours[0] == (3, 9 * 60)
    assert sum(arrivals for _slot, arrivals, _wait, _late in found.slots) == 4
    assert found.slots[0][1:] == (3, 9 * 60, 1), "Monday's first hour: three came, half waited 9 minutes, one too long"
    assert percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9) == 9


# What holds for every week -------------------------------------------------------------------------------------------

LINES, AGENTS = [key(1), key(2), key(3)], [key(11), key(12), key(13)]
moments = st.integers(0, 1439)
maybe = st.one_of


@st.composite
def weeks(draw):
    """Also queues that overflow in a circle, which the forms refuse: a replay must end all the same."""
    lines = [
        Line(
            pk,
            str(pk),
            priority=draw(st.integers(1, 3)),
            mode=draw(st.sampled_from(["manual", "round_robin", "least_busy", "skills"])),
            hours=draw(st.sampled_from([ALWAYS, NINE_TO_SIX])),
            out_of_hours=draw(st.sampled_from(["wait", "overflow"])),
            max_waiting=draw(maybe(st.none(), st.integers(1, 2))),
            overflow_minutes=draw(maybe(st.none(), st.integers(1, 90))),
            overflow_queue_id=draw(maybe(st.none(), st.sampled_from([other for other in LINES if other != pk]))),
            needs=draw(st.sampled_from([{}, {key(77): 2}])),
            agents=draw(st.frozensets(st.sampled_from(AGENTS))),
        )
        for pk in LINES
    ]
    workers = [
        Worker(
            pk,
            draw(st.integers(1, 3)),
            {key(77): draw(st.integers(0, 3))},
            draw(st.sampled_from([(), ((at(0), at(1440)),), ((at(300), at(600)), (at(700), at(900)))])),
        )
        for pk in AGENTS
    ]
    arrivals = [
        comes(
            number,
            draw(moments),
            queue=draw(st.sampled_from(LINES)),
            minutes=draw(st.integers(0, 200)),
            is_vip=draw(st.booleans()),
            leaves_at=draw(maybe(st.none(), moments.map(at))),
        )
        for number in range(draw(st.integers(0, 25)))
    ]
    return world(lines, workers, arrivals)


@settings(max_examples=150, deadline=None)
@given(weeks())
def test_every_week_ends_well(here):
    told = replay(here)
    assert [outcome.arrival for outcome in told] == list(here.arrivals)  # each once, none lost
    assert replay(here) == told
    assert [outcome for outcome in told if not _is_fair(here, outcome)] == []
    assert [pk for pk, most in _most_at_once(told) if most > here.workers[pk].capacity] == []


def _is_fair(here, outcome):
    """Taken by an agent who serves the queue, knows enough and is online, while the queue is open."""
    if outcome.end is not End.TAKEN:
        return outcome.agent is None
    worker, line = here.workers[outcome.agent], here.lines[outcome.queue]
    there = any(begin <= outcome.at < end for begin, end in worker.shifts)
    knows = all(worker.skills.get(skill, 0) >= least for skill, least in line.needs.items())
    return there and knows and worker.pk in line.agents and line.hours.is_open(outcome.at)


def _most_at_once(told):
    """How many each agent held at most."""
    steps = defaultdict(list)
    for outcome in told:
        if outcome.end is End.TAKEN and outcome.arrival.handling:
            steps[outcome.agent] += [(outcome.at, 1), (outcome.freed_at, -1)]
    most = Counter()
    for pk, moves in steps.items():
        held = 0
        for _at, step in sorted(moves):
            held += step
            most[pk] = max(most[pk], held)
    return most.items()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(moments, st.integers(1, 60)), max_size=25), st.integers(1, 3))
def test_more_room_never_makes_anybody_wait_longer_in_a_single_plain_queue(customers, capacity):
    """In general it may: overflow and shared agents have their paradoxes. First come, first served has not."""
    arrivals = [comes(number, minute, minutes=minutes) for number, (minute, minutes) in enumerate(customers)]
    here = world([support()], [ana(capacity=capacity)], arrivals)
    wider = replace(here, workers={ANA: ana(capacity=capacity + 1)})
    assert all(more <= less for more, less in zip(waits(replay(wider)), waits(replay(here)), strict=True))
