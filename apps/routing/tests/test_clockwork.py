"""Clocks on business time, without a database: holidays, changes of the clock, zones, pauses, other terms, alarms."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from apps.conversations.badges import Badge
from apps.routing import clockwork
from apps.routing.clockwork import Step, Terms, advance, ring, shown, terms_of
from apps.routing.models import SlaClock
from apps.teams.calendar import ALWAYS, Hours
from apps.teams.models import Queue, SlaPolicy

WORKDAY = ((480, 1080),)  # 8:00 to 18:00
WEEK = (WORKDAY,) * 5 + ((), ())
SAO_PAULO, BERLIN = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)  # 17:30 in São Paulo
MINUTE = timedelta(minutes=1)


class Story:
    """One conversation's clocks: each word is something that happens to it after some minutes."""

    def __init__(self, hours=ALWAYS, at=FRIDAY, **targets):
        self.hours, self.at, self.clocks = {}, at, []
        self.terms = self.promise(hours, **targets)
        self.measured, self.first_answer = False, False

    def promise(self, hours=ALWAYS, percent=75, **targets):
        queue = Queue(id=uuid4())
        self.hours[queue.pk] = hours
        return Terms(queue, {kind: 60 * minutes for kind, minutes in targets.items()}, percent)

    def step(self, minutes=0, terms="same", **facts):
        self.at += minutes * MINUTE
        self.terms = self.terms if terms == "same" else terms
        step = Step(None, self.at, begins=not self.measured, was_answered=self.first_answer, **facts)
        self.clocks += advance([row for row in self.clocks if row.ended_at is None], step, self.terms, self.hours)
        self.measured = bool(self.shown.state)
        return self

    def writes(self, minutes=0):
        return self.step(minutes, wrote_at=self.at + minutes * MINUTE)

    def answers(self, minutes=0):
        self.step(minutes, has_answer=True)
        self.first_answer = True
        return self

    def sleeps(self, minutes=0):
        return self.step(minutes, is_asleep=True)

    def closes(self, minutes=0):
        return self.step(minutes, is_live=False)

    def rings(self, minutes=0):
        self.at += minutes * MINUTE
        return [found for clock in self.clocks if clock.ended_at is None and (found := ring(clock, self.at))]

    @property
    def shown(self):
        return shown(self.clocks, self.terms)

    def clock(self, kind):
        return [clock for clock in self.clocks if clock.kind == kind][-1]

    def states(self):
        return [(clock.kind, clock.state) for clock in self.clocks]


def local(zone, *moment):
    return datetime(*moment, tzinfo=zone).astimezone(UTC)


def test_a_promise_goes_on_after_the_weekend():
    story = Story(Hours(SAO_PAULO, WEEK), first_answer=60).writes()
    clock = story.clock("first_answer")
    assert clock.due_at == local(SAO_PAULO, 2026, 11, 23, 8, 30)
    assert clock.warn_at == local(SAO_PAULO, 2026, 11, 23, 8, 15)
    assert clock.alarm_at == clock.warn_at


def test_a_holiday_counts_nothing():
    def holiday(day):
        return () if day == date(2026, 11, 23) else None

    story = Story(Hours(SAO_PAULO, WEEK, holiday), first_answer=60).writes()
    assert story.clock("first_answer").due_at == local(SAO_PAULO, 2026, 11, 24, 8, 30)


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is():
    spring = Story(Hours(BERLIN, (((0, 1440),),) * 7, lambda _day: None), first_answer=240)
    spring.at = local(BERLIN, 2026, 3, 29, 0, 0)
    assert spring.writes().clock("first_answer").due_at == local(BERLIN, 2026, 3, 29, 5, 0)
    autumn = Story(Hours(BERLIN, (((0, 1440),),) * 7, lambda _day: None), first_answer=240)
    autumn.at = local(BERLIN, 2026, 10, 25, 0, 0)
    assert autumn.writes().clock("first_answer").due_at == local(BERLIN, 2026, 10, 25, 3, 0)


def test_an_answer_meets_the_first_promise_and_the_next_message_begins_another():
    story = Story(first_answer=15, next_answer=30).writes().answers(5)
    assert story.states() == [("first_answer", "met")]
    assert story.shown == Badge("idle")
    story.writes(1).writes(9)
    assert story.states() == [("first_answer", "met"), ("next_answer", "ok")]
    assert story.clock("next_answer").due_at == story.at - 9 * MINUTE + 30 * MINUTE


def test_the_resolution_stands_still_while_the_customer_is_to_write():
    story = Story(resolution=60).writes().answers(10)
    assert story.shown == Badge("paused")
    story.writes(500)
    assert story.clock("resolution").due_at == story.at + 50 * MINUTE
    assert story.closes(49).states() == [("resolution", "met")]


def test_all_stand_still_while_the_conversation_is_snoozed():
    story = Story(first_answer=20, resolution=60).writes().sleeps(10)
    assert story.shown == Badge("paused")
    assert story.rings(5000) == []
    story.step()
    assert story.clock("first_answer").due_at == story.at + 10 * MINUTE
    assert story.clock("resolution").due_at == story.at + 50 * MINUTE


def test_it_warns_once_and_is_breached_once():
    story = Story(first_answer=20).writes()
    assert story.rings(14) == []
    assert (story.rings(1), story.rings()) == (["risk"], [])
    assert story.shown.state == "risk"
    assert (story.rings(5), story.rings(100)) == (["breached"], [])
    assert story.shown == Badge("breached", "first_answer", story.clock("first_answer").due_at)
    assert story.answers().states() == [("first_answer", "late")]


def test_what_nobody_looked_at_in_time_is_a_breach_without_a_warning():
    story = Story(first_answer=20).writes()
    assert story.rings(60) == ["breached"]
    unseen = Story(first_answer=20).writes().answers(21)
    assert unseen.states() == [("first_answer", "late")]
    assert unseen.clock("first_answer").breached_at == unseen.clock("first_answer").due_at


def test_another_queue_has_its_own_terms_and_what_was_spent_counts():
    story = Story(first_answer=20, resolution=300).writes()
    other = story.promise(first_answer=30)
    story.step(10, terms=other)
    assert story.clock("first_answer").due_at == story.at + 20 * MINUTE
    assert story.clock("first_answer").queue_id == other.queue.pk
    assert story.clock("resolution").state == "dropped"
    story.step(1, terms=None)
    assert story.clock("first_answer").state == "dropped"
    assert story.shown == Badge()


def test_hours_of_two_queues_each_count_their_own():
    story = Story(Hours(SAO_PAULO, WEEK), first_answer=60, at=FRIDAY).writes()
    story.step(24 * 60, terms=story.promise(first_answer=60))  # Saturday; half an hour was open on Friday
    assert story.clock("first_answer").due_at == story.at + 30 * MINUTE


def test_a_warning_that_longer_terms_make_too_early_comes_again_and_a_breach_stays():
    story = Story(first_answer=20, resolution=25).writes()
    assert story.rings(19) == ["risk", "risk"]
    story.step(terms=Terms(story.terms.queue, {"first_answer": 6000, "resolution": 1500}, 75))
    assert story.states() == [("resolution", "risk"), ("first_answer", "ok")]
    assert story.rings(6) == ["breached"]
    story.step(terms=Terms(story.terms.queue, {"first_answer": 6000, "resolution": 60000}, 75))
    assert story.clock("resolution").state == "breached"


def test_closing_drops_what_was_not_answered_and_reopening_goes_on_with_it():
    story = Story(first_answer=20, resolution=60).writes().closes(5)
    assert sorted(story.states()) == [("first_answer", "dropped"), ("resolution", "met")]
    for clock in story.clocks:
        clockwork.revive(clock)
    story.measured = True
    story.step(600)
    assert story.clock("first_answer").due_at == story.at + 15 * MINUTE
    assert story.clock("resolution").due_at == story.at + 55 * MINUTE


def test_a_conversation_that_comes_answered_to_a_queue_owes_no_answer():
    story = Story(first_answer=20, next_answer=20, resolution=60)
    story.first_answer = True
    assert story.step(waits=False).states() == [("resolution", "ok")]
    assert story.shown == Badge("paused")
    waiting = Story(first_answer=20, next_answer=20)
    waiting.first_answer = True
    assert waiting.step(waits=True).states() == [("next_answer", "ok")]


def test_the_most_urgent_is_shown():
    story = Story(first_answer=50, resolution=30).writes()
    assert story.shown.kind == "resolution"
    story.clock("first_answer").state = "risk"
    assert story.shown[:2] == ("risk", "first_answer")


@pytest.mark.parametrize("policy", [None, SlaPolicy(first_answer_minutes=5, is_active=False)])
def test_nothing_is_promised_without_an_active_policy(policy):
    queue = SimpleNamespace(sla_policy=policy)
    assert terms_of(queue) is None
    assert terms_of(None) is None


def test_a_queue_that_never_opens_is_never_due():
    story = Story(Hours(SAO_PAULO, ((),) * 7), first_answer=5).writes()
    assert (story.clock("first_answer").due_at, story.clock("first_answer").alarm_at) == (None, None)
    assert story.shown == Badge("paused")
    assert isinstance(story.clocks[0], SlaClock)
