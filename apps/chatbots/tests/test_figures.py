"""Counters of a version: who came, who stopped where, and how long a visit took."""

from datetime import timedelta

import pytest

from apps.chatbots import figures
from apps.chatbots.models import Session, Step
from apps.chatbots.tests.test_three_flows import QUESTION
from apps.core.clock import now

pytestmark = pytest.mark.django_db


def yesterday():
    return now() - timedelta(days=1)


def test_a_question_that_was_asked_twice_is_one_visit_and_lasts_until_the_good_answer(bot, talk):
    version = bot(QUESTION)
    talk("Oi", "muitos", "42")
    begun = Step.objects.get(number=1).at
    for step in Step.objects.all():
        Step.objects.filter(pk=step.pk).update(at=begun + timedelta(seconds=10 * step.number))
    found = figures.count(version, yesterday())
    question = found["n2"]
    assert (question.visits, question.left, question.stopped, question.mean_seconds) == (1, {"next": 1}, 0, 30.0)
    assert (found["n3"].left, found["n6"].visits, "n5" in found) == ({"yes": 1}, 1, False)


def test_a_session_that_gave_up_stopped_where_it_stood_and_one_that_waits_did_not(bot, talk):
    version = bot(QUESTION)
    talk("Oi")
    waiting = figures.count(version, yesterday())["n2"]
    assert (waiting.visits, waiting.stopped) == (1, 0)
    talk("muitos", "vários")
    question = figures.count(version, yesterday())["n2"]
    assert (question.visits, question.stopped, question.stopped_percent) == (1, 1, 100)


def test_only_sessions_of_the_period_count_and_of_too_many_the_newest(bot, talk, house):
    version = bot(QUESTION)
    talk("Oi")
    assert figures.count(version, now() + timedelta(minutes=1)) == {}
    first = Session.objects.get()
    Session.objects.filter(pk=first.pk).update(status="ended")
    second = Session.objects.create(conversation=first.conversation, version=version, status="ended", steps_taken=1)
    Step.objects.create(session=second, version=version, number=1, node_id="n1", kind="start", port="next")
    assert figures.count(version, yesterday())["n1"].visits == 2
    assert figures.count(version, yesterday(), most=2)["n1"].visits == 1
