"""A task that stays at work hears its wake-ups itself, and none is lost when it comes or goes."""

import pytest
import redis

from apps.core import wake as waking
from apps.core.redis import connection
from apps.core.tests.test_wake import Down, sent, task  # noqa: F401
from apps.core.wake import linger, listening, wake


def test_who_listens_is_told_and_the_broker_is_not_asked(task, sent):  # noqa: F811
    with listening(task) as ear:
        wake(task)
        wake(task)
        assert ear.heard(0.01)
        assert not ear.heard(0.01)  # both were one
    assert sent == []


def test_negative_control_before_and_after_the_broker_is_asked(task, sent):  # noqa: F811
    wake(task)
    with listening(task):
        pass
    wake(task)
    assert sent == [task, task]


def test_what_is_told_during_the_work_is_worked_on_as_well(task, sent):  # noqa: F811
    worked = []

    def work():
        worked.append(len(worked))
        if len(worked) == 1:
            wake(task)
        return 0

    linger(task, work, quiet=0.01)
    assert (worked, sent) == ([0, 1], [])


def test_work_goes_on_while_it_finds_something(task, sent):  # noqa: F811
    left = [3, 2, 1, 0]
    linger(task, lambda: left.pop(0), quiet=0.01)
    assert left == []


def test_one_listens_and_a_second_one_only_tells_it(task, sent):  # noqa: F811
    with listening(task) as ear:
        linger(task, lambda: pytest.fail("somebody is at it"))
        assert ear.heard(0.01)


def test_what_comes_while_it_leaves_wakes_anew(task, sent):  # noqa: F811
    with listening(task):
        wake(task)
    assert sent == [task]


def test_it_makes_room_when_the_worker_ends_and_the_rest_is_for_the_next(task, sent, monkeypatch):  # noqa: F811
    monkeypatch.setattr(waking, "_stopping", bytearray(1))
    worked = []

    def work():
        worked.append(1)
        waking.stop_lingering()
        return 1

    linger(task, work)
    assert (worked, sent) == ([1], [task])


def test_it_makes_room_after_its_time(task, sent, monkeypatch):  # noqa: F811
    monkeypatch.setattr(waking, "LONGEST", -1.0)
    with listening(task) as ear:
        assert ear.is_over
        assert not ear.heard(5)
    assert sent == [task]


def test_a_killed_listener_is_believed_in_for_seconds_only(task, sent):  # noqa: F811
    with listening(task):
        key = f"wake:{task}:listener"
        assert 0 < connection().ttl(key) <= 5
        connection().delete(key)  # what the end of its time does
        wake(task)
        assert sent == [task]


def test_who_comes_after_a_listener_that_was_thought_dead_is_left_alone(task, sent):  # noqa: F811
    with listening(task) as slow:
        connection().delete(f"wake:{task}:listener")
        with listening(task) as other:
            assert not slow.heard(0.01)
            wake(task)
            assert other.heard(0.01)


def test_redis_away_the_work_is_done_once(task, sent, monkeypatch):  # noqa: F811
    monkeypatch.setattr(waking, "connection", Down)
    worked = []
    linger(task, lambda: worked.append(1) or 0)
    assert worked == [1]
    with pytest.raises(redis.ConnectionError):  # negative control: Redis is away
        waking._ask(waking._ENTER, task, "x", 1)
