"""The embedded servers work, restart on the same data, and leave with whoever started them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.ops.stack import embedded
from apps.ops.stack.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedValkey, ServerError
from apps.ops.stack.spawn import end
from pytake.tests.servers import DISK, PREFIX, remove_abandoned, scratch_folder

STARTS_ONE_AND_HANGS = """
import sys, time
from pathlib import Path
from apps.ops.stack.embedded import EmbeddedPostgres, EmbeddedValkey
server = {"postgres": EmbeddedPostgres, "valkey": EmbeddedValkey}[sys.argv[1]](Path(sys.argv[2]))
server.start()
print(server.process.pid, flush=True)
time.sleep(120)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_postgres_keeps_its_data_over_a_crash() -> None:
    server = EmbeddedPostgres(scratch_folder() / "postgres")
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    server.kill()
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    server.stop()


BUSY = "DO $$ BEGIN FOR number IN 1..80000000 LOOP NULL; END LOOP; END $$"


def test_postgres_starts_again_while_a_session_of_a_killed_one_is_still_busy() -> None:
    server = EmbeddedPostgres(scratch_folder() / "postgres")
    session = psycopg.connect(server.start(), autocommit=True)
    session.pgconn.send_query(BUSY.encode())
    pid = session.info.backend_pid
    server.kill()
    assert alive(pid)
    server.start()
    assert not alive(pid)
    session.close()
    server.stop()


def test_postgres_refuses_a_connection_without_the_password() -> None:
    with EmbeddedPostgres(scratch_folder() / "postgres", durable=False) as server:
        assert isinstance(server, EmbeddedPostgres)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url.replace(server.password, "wrong"))


def test_valkey_refuses_a_connection_without_the_password() -> None:
    with EmbeddedValkey(scratch_folder() / "valkey") as server:
        assert redis.from_url(server.url).ping()
        stranger = redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_a_server_that_cannot_start_says_why() -> None:
    with EmbeddedValkey(scratch_folder() / "first") as first:
        second = EmbeddedPostgres(scratch_folder() / "second", port=first.port)
        with pytest.raises(ServerError, match="Address already in use"):
            second.start()


@pytest.mark.parametrize("kind", ["postgres", "valkey"])
def test_a_server_ends_with_its_starter_even_when_that_is_killed(kind: str) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE_AND_HANGS, kind, str(scratch_folder() / kind)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert starter.stdout is not None
    server_pid = int(starter.stdout.readline())
    assert alive(server_pid)
    starter.kill()
    starter.communicate()
    assert gone_within(server_pid, 5)


def test_without_the_request_to_the_kernel_a_server_would_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the test above."""
    code = "import apps.ops.stack.spawn as s; s.die_with_parent = lambda sig: None\n" + STARTS_ONE_AND_HANGS
    starter = subprocess.Popen(
        [sys.executable, "-c", code, "valkey", str(scratch_folder() / "valkey")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert starter.stdout is not None
    server_pid = int(starter.stdout.readline())
    starter.kill()
    starter.communicate()
    assert not gone_within(server_pid, 1)
    os.kill(server_pid, 9)


def test_a_private_folder_is_replaced_by_one_others_can_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(embedded, "own_folder", lambda name: Path("/var/tmp") / name)
    assert str(embedded.data_folder(private / ".run")).startswith("/var/tmp/pytake-")


def test_a_folder_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("/var/tmp") / f"pytake-test-{os.getpid()}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    try:
        with pytest.raises(ServerError, match="belongs to somebody else"):
            embedded.own_folder(folder.name)
    finally:
        folder.rmdir()


def test_ending_twice_is_harmless() -> None:
    server: EmbeddedServer = EmbeddedValkey(scratch_folder() / "valkey")
    server.start()
    process = server.process
    assert process is not None
    server.stop()
    server.stop()
    end(process)


def test_folders_of_killed_runs_are_removed_and_others_stay() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    abandoned, own = (DISK / f"{PREFIX}{pid}-probe" for pid in (ended.pid, os.getpid()))
    abandoned.mkdir()
    own.mkdir()
    remove_abandoned()
    assert not abandoned.exists()
    assert own.exists()
    own.rmdir()
