"""Coalesced wake-ups: many calls, one Celery task. A lost wake-up is made good by the beat schedule.

What is asked for all day stays at work for a while (`linger`): it then hears the next wake-up itself, and neither the
broker nor a cold start stands between a row and whoever waits for it.
"""

import mmap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import redis
from celery import current_app
from celery.signals import worker_shutting_down
from kombu.exceptions import OperationalError

from apps.core.logs import get_logger
from apps.core.redis import connection

log = get_logger(__name__)
QUIET = 1.0  # seconds without a wake-up after which a lingering task makes room; less than Redis's time-out
LONGEST = 120.0  # seconds after which it does so in any case
_FLAG_SECONDS = 4
_KNOWN_SECONDS = 4  # a killed listener is believed in for that long
_stopping = mmap.mmap(-1, 1)  # shared with the processes that are forked from this one
_RING = """
if redis.call('EXISTS', KEYS[2]) == 0 then
  return redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) and 1 or 0
end
redis.call('RPUSH', KEYS[3], 1)
redis.call('LTRIM', KEYS[3], 0, 0)
redis.call('EXPIRE', KEYS[3], ARGV[1])
return 0
"""
_ENTER = """
redis.call('DEL', KEYS[1])
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', ARGV[2]) then
  redis.call('DEL', KEYS[3])
  return 1
end
redis.call('RPUSH', KEYS[3], 1)
redis.call('LTRIM', KEYS[3], 0, 0)
redis.call('EXPIRE', KEYS[3], ARGV[2])
return 0
"""
_STAY = """
if redis.call('GET', KEYS[2]) == ARGV[1] then
  return redis.call('EXPIRE', KEYS[2], ARGV[2])
end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', ARGV[2]) and 1 or 0
"""
_LEAVE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
return redis.call('DEL', KEYS[3])
"""


def wake(task: str) -> None:
    """Tell whoever lingers at `task`, or send it unless it is on its way. Never raises: rows decide, beat sweeps."""
    try:
        if _ask(_RING, task, _FLAG_SECONDS):
            current_app.send_task(task, ignore_result=True)
    except (redis.RedisError, OperationalError, OSError) as error:
        log.warning("wake-up lost, beat will sweep", task=task, error=str(error))


def awake(task: str) -> None:
    """Call at the task's start, before it looks at rows: whatever is committed after this wakes again."""
    try:
        connection().delete(_keys(task)[0])
    except redis.RedisError as error:
        log.warning("wake-up flag not cleared, it expires by itself", task=task, error=str(error))


@worker_shutting_down.connect
def stop_lingering(**_: object) -> None:
    """The worker is to end: whoever lingers in one of its processes makes room. Safe inside a signal's handler."""
    _stopping[0] = 1


class Ear:
    """Hears the wake-ups of one task, of which it is the only listener."""

    def __init__(self, task: str, name: str) -> None:
        self._task, self._name = task, name
        self._ends = time.monotonic() + LONGEST

    @property
    def is_over(self) -> bool:
        """Time to make room: what is begun is finished, the rest is for whoever comes next."""
        return bool(_stopping[0]) or time.monotonic() > self._ends

    def heard(self, seconds: float = QUIET) -> bool:
        """Waits; False when it was quiet for that long, or is over."""
        if self.is_over:
            return False
        try:
            is_known = _ask(_STAY, self._task, self._name, _KNOWN_SECONDS)
            return bool(is_known and connection().blpop([_keys(self._task)[2]], seconds))
        except redis.RedisError as error:
            log.warning("nothing can be heard", task=self._task, error=str(error))
            return False


@contextmanager
def listening(task: str) -> Iterator[Ear | None]:
    """None when somebody else listens, who is told to look at the rows. What comes while this one leaves wakes anew."""
    name = str(uuid4())
    try:
        is_alone = bool(_ask(_ENTER, task, name, _KNOWN_SECONDS))
    except redis.RedisError as error:
        log.warning("nobody can be told that this listens", task=task, error=str(error))
        is_alone = True
    ear = Ear(task, name)
    try:
        yield ear if is_alone else None
    finally:
        if is_alone:
            _leave(task, name, is_unfinished=ear.is_over)


def linger(task: str, work: Callable[[], int], quiet: float = QUIET) -> None:
    """`work` as long as it finds something to do, and again whenever it is asked for, until it is quiet (seconds)."""
    with listening(task) as ear:
        while ear is not None and not ear.is_over:
            if not work() and not ear.heard(quiet):
                return


def _leave(task: str, name: str, *, is_unfinished: bool) -> None:
    try:
        if _ask(_LEAVE, task, name) or is_unfinished:
            wake(task)
    except redis.RedisError as error:
        log.warning("a listener could not say that it left", task=task, error=str(error))


def _ask(script: str, task: str, *values: str | int) -> int:
    found: int = connection().eval(script, 3, *_keys(task), *values)
    return found


def _keys(task: str) -> tuple[str, str, str]:
    """That a wake-up is on its way; who listens; what the listener has not heard yet."""
    return f"wake:{task}", f"wake:{task}:listener", f"wake:{task}:heard"
