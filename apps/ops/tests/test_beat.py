"""Two beats, one leader: only the holder of the database lock ticks, and the other takes over when it is gone."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from celery import Celery
from celery.beat import ScheduleEntry

from django.conf import settings
from django.db import connection

from apps.ops.beat import LOCK, WAIT_SECONDS, LeaderScheduler, leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rival() -> Iterator[psycopg.Connection]:
    """Another beat's database session that leads."""
    facts = connection.settings_dict
    address = {name.lower(): facts[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    with psycopg.connect(dbname=facts["NAME"], autocommit=True, **address) as session:
        session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield session


@pytest.fixture(autouse=True)
def release() -> Iterator[None]:
    yield
    connection.close()


class RecordingScheduler(LeaderScheduler):
    """Says what it would have sent."""

    sent: list[str | None]

    def apply_async(self, entry: ScheduleEntry, *args: object, **kwargs: object) -> None:
        self.sent.append(entry.task)


@pytest.fixture
def scheduler() -> RecordingScheduler:
    app = Celery("test", broker=settings.REDIS_URL, set_as_current=False)
    app.conf.beat_schedule = {"now": {"task": "probe", "schedule": 0.0}}
    result = RecordingScheduler(app=app, lazy=False)
    result.sent = []
    return result


def test_the_leader_ticks(scheduler: RecordingScheduler) -> None:
    scheduler.tick()
    assert "probe" in scheduler.sent


def test_a_follower_waits(scheduler: RecordingScheduler, rival: psycopg.Connection) -> None:
    assert scheduler.tick() == WAIT_SECONDS
    assert scheduler.sent == []


def test_a_follower_takes_over_when_the_leader_is_gone(
    scheduler: RecordingScheduler, rival: psycopg.Connection
) -> None:
    assert not leads()
    rival.close()
    deadline = time.monotonic() + 10  # PostgreSQL frees the lock when it notices that the session has ended
    while "probe" not in scheduler.sent and time.monotonic() < deadline:
        scheduler.tick()
    assert "probe" in scheduler.sent


def test_without_a_database_nobody_leads_and_nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    connection.close()
    assert not leads()
