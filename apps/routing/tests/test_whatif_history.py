"""A week that is read back from what is stored: the replay of an unchanged week gives the waits that happened."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.conversations.models import Handling, Message
from apps.routing.whatif import history, staff
from apps.routing.whatif.figures import measure
from apps.routing.whatif.lives import Told, waits
from apps.routing.whatif.model import Arrival, Line, Worker, World
from apps.routing.whatif.replay import replay
from apps.teams.models import Agent, OnlineSpan, Queue, SlaPolicy
from apps.teams.services import set_presence

WEEK = date(2026, 11, 9)


def at(shop, minutes):
    return history.bounds(WEEK, history.ZoneInfo(shop.organization.time_zone))[0] + timedelta(minutes=minutes)


def line_of(shop, conversation, moment, event, **payload):
    return Message.objects.create(
        conversation=conversation,
        contact=conversation.contact,
        number=shop.number,
        direction="event",
        kind="event",
        payload={"event": event, **payload},
        created_at=moment,
    )


def write_down(shop, outcome, queue):
    """What would be stored of a conversation that fared like this."""
    arrival, member = outcome.arrival, outcome.agent
    freed = outcome.freed_at if member else None
    row = shop.wait(
        queue,
        vip=arrival.is_vip,
        created_at=arrival.at,
        state="closed" if member else "queued",
        closed_at=freed,
        first_answered_at=outcome.answered_at,
    )
    line_of(shop, row, arrival.at, "queued", reason="number", queue=queue.name, queue_id=str(queue.pk))
    if member:
        line_of(shop, row, outcome.at, "pulled", queue=queue.name)
        Handling.objects.create(
            conversation=row, agent_id=member, started_at=outcome.at, ended_at=freed, ending="resolved"
        )
        line_of(shop, row, freed, "closed", outcome="resolved")
    return row


def made_up(shop, sales):
    """Two days of customers for two queues with one agent each, one of whom comes late."""
    lines = [
        Line(shop.queue.pk, "Support", agents=frozenset({shop.ana.pk}), target_seconds=600),
        Line(sales.pk, "Sales", priority=2, agents=frozenset({shop.rui.pk}), overflow_queue_id=None),
    ]
    shifts = tuple((at(shop, day * 1440 + 480), at(shop, day * 1440 + 1080)) for day in range(2))
    workers = [Worker(shop.ana.pk, 2, shifts=shifts), Worker(shop.rui.pk, 1, shifts=shifts[1:])]
    arrivals = tuple(
        Arrival(
            history.UUID(int=number),
            at(shop, number * 61 % 2600),
            (shop.queue if number % 3 else sales).pk,
            handling=60.0 * (number * 7 % 41 + 20),
            reaction=60.0,
            is_vip=number % 7 == 0,
        )
        for number in range(40)
    )
    begin, end = history.bounds(WEEK, history.ZoneInfo(shop.organization.time_zone))
    zone = history.ZoneInfo(shop.organization.time_zone)
    arrivals = tuple(sorted(arrivals, key=lambda each: each.at))
    world = World(begin, end, zone, {one.pk: one for one in lines}, {one.pk: one for one in workers}, arrivals)
    return world, shifts


@pytest.fixture
def recorded(shop):
    """The made-up week, stored; staff as they were online."""
    sales = shop.queue_of(shop.rui, name="Sales", priority=2)
    shop.queue.members.set([shop.ana])
    shop.change(sla_policy=SlaPolicy.objects.create(name="Ten", first_answer_minutes=10))
    Agent.objects.create(membership=shop.ana, capacity=2)
    Agent.objects.create(membership=shop.rui, capacity=1)
    world, shifts = made_up(shop, sales)
    OnlineSpan.objects.create(membership=shop.boss, began_at=at(shop, -60), ended_at=at(shop, -50))
    for member, spans in ((shop.ana, shifts), (shop.rui, shifts[1:])):
        for begin, end in spans:
            OnlineSpan.objects.create(membership=member, began_at=begin, ended_at=end)
    outcomes = replay(world)
    queues = Queue.objects.in_bulk()
    for outcome in outcomes:
        write_down(shop, outcome, queues[outcome.arrival.queue])
    return world, outcomes


def fared(outcomes):
    return [(outcome.arrival.at, outcome.arrival.queue, outcome.end, outcome.at, outcome.agent) for outcome in outcomes]


def test_an_unchanged_week_gives_the_waits_that_happened(shop, recorded):
    world, outcomes = recorded
    week = history.read(shop.organization, WEEK)
    assert fared(week.happened) == fared(outcomes)
    assert fared(replay(week.world)) == fared(outcomes)
    assert measure(week.world, week.happened) == measure(week.world, replay(week.world))
    assert measure(week.world, week.happened)[shop.queue.pk].breached > 0
    assert (week.estimated_staff, week.estimated_handling) == (False, 0)
    slower = replace(week.world, workers={pk: replace(one, capacity=1) for pk, one in week.world.workers.items()})
    assert fared(replay(slower)) != fared(outcomes)


def test_the_number_of_queries_does_not_grow(shop, recorded):
    with CaptureQueriesContext(connection) as few:
        history.read(shop.organization, WEEK)
    for number in range(10):
        row = shop.wait(created_at=at(shop, number))
        line_of(shop, row, at(shop, number), "queued", reason="number", queue="Support")
    shop.queue_of(shop.boss)
    with CaptureQueriesContext(connection) as many:
        assert len(history.read(shop.organization, WEEK).happened) == 50
    assert len(many) == len(few) < 25


def test_a_week_without_recorded_staff_is_estimated_from_work(shop, recorded):
    OnlineSpan.objects.all().delete()
    week = history.read(shop.organization, WEEK)
    assert week.estimated_staff
    shifts = week.world.workers[shop.ana.pk].shifts
    took = [outcome.at for outcome in week.happened if outcome.agent == shop.ana.pk]
    assert all(any(begin <= moment < end for begin, end in shifts) for moment in took)
    assert sum((end - begin for begin, end in shifts), timedelta()) < timedelta(hours=30)


def test_what_came_before_the_week_waits_or_is_held_but_does_not_count(shop, recorded):
    older = shop.wait(created_at=at(shop, -30))
    line_of(shop, older, at(shop, -30), "queued", queue="Support")
    held = shop.wait(created_at=at(shop, -90), state="open", assignee=shop.ana)
    line_of(shop, held, at(shop, -90), "queued", queue="Support")
    line_of(shop, held, at(shop, -80), "pulled")
    Handling.objects.create(conversation=held, agent=shop.ana, started_at=at(shop, -80))
    week = history.read(shop.organization, WEEK)
    assert [outcome.arrival.counts for outcome in week.happened].count(False) == 1
    assert week.world.workers[shop.ana.pk].held == (week.world.end,)
    assert measure(week.world, week.happened)[None].arrivals == 40


def test_a_week_that_is_too_large_is_refused(shop, recorded, monkeypatch):
    monkeypatch.setattr(history, "MOST_CONVERSATIONS", 3)
    with pytest.raises(history.ValidationError):
        history.read(shop.organization, WEEK)


def test_presence_leaves_the_time_online_behind(shop):
    set_presence(shop.ana, "online")
    set_presence(shop.ana, "online")
    assert [(row.membership_id, row.ended_at) for row in OnlineSpan.objects.all()] == [(shop.ana.pk, None)]
    set_presence(shop.ana, "away")
    assert OnlineSpan.objects.get().ended_at is not None
    set_presence(shop.ana, "online")
    assert OnlineSpan.objects.count() == 2


# Lives, without any database ------------------------------------------------------------------------------------------


def told(*events):
    """(minute, event, details) of one conversation."""
    begin = history.bounds(WEEK, history.ZoneInfo("UTC"))[0]
    return [
        Told(history.UUID(int=1), history.UUID(int=number), begin + timedelta(minutes=minute), {"event": event, **more})
        for number, (minute, event, more) in enumerate(events)
    ]


def test_a_snooze_keeps_no_place_and_a_transfer_waits_anew():
    (first, second) = waits(
        told(
            (0, "queued", {"queue": "Support"}),
            (5, "pulled", {}),
            (10, "snoozed", {}),
            (70, "woken", {}),
            (75, "queued", {"reason": "transfer", "queue": "Sales"}),
            (80, "closed", {}),
        )
    )
    assert (first.handling, first.is_first, second.is_first) == (10 * 60, True, False)
    assert (second.gone_at, second.entrance) == (second.since + timedelta(minutes=5), ("", "Sales"))


def test_who_overflows_in_time_waits_on_and_counts_where_they_came_in():
    (only,) = waits(
        told(
            (0, "queued", {"reason": "overflow_size", "queue": "B", "queue_id": "b", "from": "A", "from_id": "a"}),
            (30, "queued", {"reason": "overflow_time", "queue": "C", "from": "B"}),
            (40, "assigned", {}),
        )
    )
    assert (only.entrance, only.taken_at) == (("a", "A"), only.since + timedelta(minutes=40))


def test_spans_that_are_near_are_one():
    begin = history.bounds(WEEK, history.ZoneInfo("UTC"))[0]
    spans = [(begin + timedelta(minutes=b), begin + timedelta(minutes=e)) for b, e in ((0, 10), (30, 40), (200, 210))]
    assert [len(staff.joined(spans, gap)) for gap in (timedelta(0), timedelta(hours=1))] == [3, 2]
