"""Wake-ups: many calls make one task, and whatever fails costs seconds, never an error."""

import pytest
import redis
from kombu.exceptions import OperationalError

from apps.core import wake as waking
from apps.core.ids import uuid7
from apps.core.redis import connection
from apps.core.wake import awake, wake


class Down:
    """A Redis that does not answer."""

    def eval(self, *args, **kwargs):
        raise redis.ConnectionError("down")

    delete = eval


@pytest.fixture
def task():
    """A task's name that no other test uses."""
    return f"test.{uuid7()}"


@pytest.fixture
def sent(monkeypatch):
    told = []
    monkeypatch.setattr(waking.current_app, "send_task", lambda name, **options: told.append(name))
    return told


def test_many_calls_send_one_task_until_it_has_begun(task, sent):
    for _ in range(100):
        wake(task)
    assert sent == [task]
    awake(task)
    wake(task)
    assert sent == [task, task]


def test_what_is_committed_after_the_task_began_wakes_again(task, sent):
    wake(task)
    awake(task)  # the task looks at its rows from here on
    wake(task)
    assert sent == [task, task]


def test_tasks_are_woken_apart(task, sent):
    wake(task)
    wake(f"{task}.other")
    assert sent == [task, f"{task}.other"]


def test_the_flag_of_a_lost_task_ends_by_itself_before_beat_sweeps(task, sent):
    wake(task)
    assert 0 < connection().ttl(f"wake:{task}") <= 5
    connection().delete(f"wake:{task}")  # what the end of its time does
    wake(task)
    assert len(sent) == 2


@pytest.mark.parametrize("error", [OperationalError("no broker"), OSError("reset"), redis.ConnectionError("gone")])
def test_a_broker_that_is_away_is_no_error_for_who_wakes(task, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(waking.current_app, "send_task", fail)
    wake(task)


def test_redis_away_neither_stops_who_wakes_nor_the_task(task, sent, monkeypatch):
    monkeypatch.setattr(waking, "connection", Down)
    wake(task)
    awake(task)
    assert sent == []


def test_negative_control_other_errors_are_not_swallowed(task, monkeypatch):
    def fail(*args, **kwargs):
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(waking.current_app, "send_task", fail)
    with pytest.raises(KeyError):
        wake(task)
