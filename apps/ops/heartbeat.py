"""Celery workers say in Redis that they live; whoever asks needs no answer from them."""

from typing import Any

import redis
from celery.signals import heartbeat_sent, worker_ready, worker_shutdown

from apps.core.redis import connection

PREFIX = "pytake:worker:"
LIFE_SECONDS = 15  # Celery's heart beats every two


@worker_ready.connect(dispatch_uid="ops.worker_ready")
def started(sender: Any, **_: Any) -> None:
    beat(sender)


@heartbeat_sent.connect(dispatch_uid="ops.heartbeat_sent")
def beat(sender: Any, **_: Any) -> None:
    """`sender` is Celery's heart or its consumer."""
    try:
        connection().set(PREFIX + _name(sender), "1", ex=LIFE_SECONDS)
    except redis.RedisError:
        return  # the worker itself says loudly that Redis is gone


@worker_shutdown.connect(dispatch_uid="ops.worker_shutdown")
def ended(sender: Any, **_: Any) -> None:
    try:
        connection().delete(PREFIX + _name(sender))
    except redis.RedisError:
        return  # it goes by itself after LIFE_SECONDS


def living_workers() -> int:
    """How many have been heard of lately; raises RedisError when nobody can know."""
    return sum(1 for _ in connection().scan_iter(match=f"{PREFIX}*", count=1000))


def _name(sender: Any) -> str:
    return str(getattr(sender, "hostname", "") or getattr(getattr(sender, "eventer", None), "hostname", "worker"))
