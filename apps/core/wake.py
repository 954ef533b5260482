"""Coalesced wake-ups: many calls, one Celery task. A lost wake-up is made good by the beat schedule."""

import redis
from celery import current_app
from kombu.exceptions import OperationalError

from apps.core.logs import get_logger
from apps.core.redis import connection

log = get_logger(__name__)
_FLAG_SECONDS = 4


def wake(task: str) -> None:
    """Send `task` unless a wake-up for it is already on its way. Never raises: rows decide, beat sweeps."""
    try:
        if connection().set(_flag(task), 1, nx=True, ex=_FLAG_SECONDS):
            current_app.send_task(task, ignore_result=True)
    except (redis.RedisError, OperationalError, OSError) as error:
        log.warning("wake-up lost, beat will sweep", task=task, error=str(error))


def awake(task: str) -> None:
    """Call at the task's start, before it looks at rows: whatever is committed after this wakes again."""
    try:
        connection().delete(_flag(task))
    except redis.RedisError as error:
        log.warning("wake-up flag not cleared, it expires by itself", task=task, error=str(error))


def _flag(task: str) -> str:
    return f"wake:{task}"
