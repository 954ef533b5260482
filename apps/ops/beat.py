"""Any number of beats may run: the one that holds PostgreSQL's advisory lock ticks, the others wait to take over."""

from typing import Any

from celery.beat import Scheduler

from django.db import Error, connection

LOCK = 0x50795461  # "PyTa"
WAIT_SECONDS = 5.0


class LeaderScheduler(Scheduler):
    """Keeps its schedule in memory; every periodic task finds its work in rows, so a missed tick loses nothing."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until the next call."""
        return float(super().tick(*args, **kwargs)) if leads() else WAIT_SECONDS


def leads() -> bool:
    """Whether this process's database session holds the lock (PostgreSQL frees it when the session ends)."""
    try:
        with connection.cursor() as cursor:
            # The holder may take it again as often as it likes.
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            return bool(cursor.fetchone()[0])
    except Error:
        connection.close()
        return False
