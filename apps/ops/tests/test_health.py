"""Health tells the truth without a session, and each check can fail."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from apps.core.redis import connection as redis_connection
from apps.ops import checks, heartbeat

pytestmark = pytest.mark.django_db
WORKER = SimpleNamespace(hostname="celery@test")
DEAD = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_applied", set())
    for key in redis_connection().scan_iter(f"{heartbeat.PREFIX}*"):
        redis_connection().delete(key)


def test_live_asks_nobody(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]
    assert "Set-Cookie" not in response


def test_ready_when_all_is_there(client: Client) -> None:
    heartbeat.started(WORKER)
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": dict.fromkeys(checks.CHECKS, "ok")}


def test_a_worker_is_alive_while_its_heart_beats(client: Client) -> None:
    assert client.get("/health/ready").json()["checks"]["workers"] == "none"
    heartbeat.beat(SimpleNamespace(eventer=WORKER))
    assert client.get("/health/ready").status_code == 200
    assert 0 < redis_connection().ttl(f"{heartbeat.PREFIX}celery@test") <= heartbeat.LIFE_SECONDS
    heartbeat.ended(WORKER)
    assert client.get("/health/ready").status_code == 503


def soon(truth: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.05)
    return truth()


def test_a_real_worker_reports_itself_and_its_end() -> None:
    command = [sys.executable, "-m", "celery", "-A", "pytake", "worker", "--pool", "solo", "--queues", "nothing"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "pytake.settings.test"}
    worker = subprocess.Popen([*command, *quiet], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert soon(lambda: heartbeat.living_workers() == 1)
        worker.terminate()
        assert soon(lambda: heartbeat.living_workers() == 0)
    finally:
        worker.kill()
        worker.wait()


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("the server is gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(connection, "close", lambda: None)


def break_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "redis_connection", lambda: DEAD)
    monkeypatch.setattr(heartbeat, "connection", lambda: DEAD)


def leave_a_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])


@pytest.mark.parametrize(
    ("break_it", "wrong"),
    [
        (break_database, {"database": "unreachable", "migrations": "unknown"}),
        (break_redis, {"redis": "unreachable", "workers": "unknown"}),
        (leave_a_migration, {"migrations": "pending"}),
    ],
)
def test_what_is_missing_is_named(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[pytest.MonkeyPatch], None],
    wrong: dict[str, str],
) -> None:
    heartbeat.started(WORKER)
    break_it(monkeypatch)
    response = client.get("/health/ready")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert {name: said for name, said in response.json()["checks"].items() if said != "ok"} == wrong
    assert client.get("/health/live").status_code == 200


def test_applied_migrations_are_looked_up_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat.started(WORKER)
    assert client.get("/health/ready").status_code == 200
    leave_a_migration(monkeypatch)
    assert client.get("/health/ready").status_code == 200


def test_a_worker_without_redis_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "connection", lambda: DEAD)
    heartbeat.beat(WORKER)
    heartbeat.ended(WORKER)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_health_is_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
