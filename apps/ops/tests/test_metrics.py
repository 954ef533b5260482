"""Numbers for Prometheus, for who may have them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from django.db import DatabaseError, connection
from django.test import Client

from apps.core import metrics
from apps.ops import gauges, heartbeat

pytestmark = pytest.mark.django_db
PATH = "/metrics"
DEAD = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))


def lines(client: Client) -> list[str]:
    response = client.get(PATH)
    assert response.status_code == 200
    return response.content.decode().splitlines()


def test_counters_and_depths_are_told(client: Client) -> None:
    metrics.SENDS.labels("sent").inc()
    told = lines(client)
    assert any(line.startswith('pytake_sends_total{outcome="sent"}') for line in told)
    assert 'pytake_celery_queue{queue="inbound"} 0.0' in told
    assert "pytake_deliveries_waiting 0.0" in told
    assert 'pytake_sends_open{status="held"} 0.0' in told
    assert any(line.startswith("pytake_workers ") for line in told)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 401),
        ({"REMOTE_ADDR": ""}, 401),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 401),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, 401),
    ],
)
def test_without_a_token_they_stay_on_this_machine(client: Client, options: dict[str, Any], status: int) -> None:
    assert client.get(PATH, **options).status_code == status


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("Bearer right", 200),
        ("Bearer wrong", 401),
        ("right", 401),
        ("Bearer rightly", 401),
        ("Bearer ü", 401),
        ("", 401),
    ],
)
def test_with_a_token_only_the_token_counts(client: Client, settings, given: str, status: int) -> None:
    settings.METRICS_TOKEN = "right"
    response = client.get(PATH, headers={"Authorization": given}, REMOTE_ADDR="127.0.0.1")
    assert response.status_code == status
    remote = client.get(PATH, headers={"Authorization": given}, REMOTE_ADDR="203.0.113.9")
    assert remote.status_code == status
    if status == 401:
        assert response.content == b""


def test_a_source_that_is_down_is_left_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "redis_connection", lambda: DEAD)
    monkeypatch.setattr(heartbeat, "connection", lambda: DEAD)
    told = "\n".join(lines(client))
    assert "pytake_deliveries_waiting" in told
    assert "pytake_celery_queue" not in told
    assert "pytake_workers" not in told


def test_a_broken_database_leaves_the_rest(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(gauges, "_deliveries", refuse)
    monkeypatch.setattr(connection, "close", lambda: None)
    told = "\n".join(lines(client))
    assert "pytake_deliveries_waiting" not in told
    assert "pytake_celery_queue" in told


def test_the_number_of_queries_is_constant(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(1 + len(gauges.OPEN_SENDS)):
        lines(client)


def test_processes_that_share_a_folder_are_counted_together(client: Client, settings, tmp_path: Path) -> None:
    count = "import prometheus_client as p; p.Counter('other_process', 'x').inc(7)"
    subprocess.run([sys.executable, "-c", count], env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}, check=True)
    assert "other_process_total 7.0" not in lines(client)
    settings.METRICS_FOLDER = str(tmp_path)
    assert "other_process_total 7.0" in lines(client)
