"""The real stack for tests: the processes of `make run` on free ports, with a database and a Valkey of their own, and
somebody else's service that flows may ask."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from apps.chatbots.tests.services import Service, serving
from apps.ops.stack.embedded import EmbeddedValkey
from apps.ops.stack.house import ROOT, Config, simulator_environ, the_parts
from apps.ops.stack.ports import free_port
from apps.ops.stack.spawn import end, signal_group, spawn
from apps.ops.stack.supervisor import Part, http_ok
from pytake.tests.database import migrated, new_database
from pytake.tests.servers import INHERITED, scratch_folder

START_SECONDS = 90.0
Process = subprocess.Popen[bytes]


class Stack:
    """Web, worker, beat and simulator; each can be killed and started again by its name."""

    def __init__(self, folder: Path, database_url: str, elsewhere: Service | None = None) -> None:
        self.folder = folder
        self.elsewhere = elsewhere
        self.valkey = EmbeddedValkey(folder / "valkey")
        self.database_url = database_url
        self.config = Config(ROOT, free_port(), free_port(), {})
        self.parts: dict[str, Part] = {part.name: part for part in the_parts(self.config)}
        self.processes: dict[str, Process] = {}
        self.environ: dict[str, str] = {}
        self.demo: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return self.config.web_url

    @property
    def simulator_url(self) -> str:
        return self.config.simulator_url

    def start(self) -> None:
        self.environ = {**os.environ, **self._addresses()}
        self.environ.pop(INHERITED, None)
        self.demo = self._prepare()
        self.environ |= simulator_environ(self.config, self.demo)
        for name in self.parts:
            self.launch(name)
        for name in self.parts:
            self.wait_ready(name)

    def _addresses(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "pytake.tests.stack_settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.valkey.start(),
            "PUBLIC_URL": self.url,
            "SIMULATOR_URL": self.simulator_url,
            "MEDIA_ROOT": str(self.folder / "media"),
            "STATIC_ROOT": str(ROOT / ".run" / "tests" / "static"),
            "OUTBOUND_TRUSTED_ORIGINS": ",".join(self._trusted()),
            "PYTHONWARNINGS": "default",
        }

    def _trusted(self) -> list[str]:
        """What flows may ask on this machine: the simulator, our own database in the part of a customer's, and somebody
        else's service, if there is one."""
        database = urlsplit(self.database_url)
        services = [self.elsewhere.origin] if self.elsewhere else []
        return [self.simulator_url, f"postgresql://{database.hostname}:{database.port}", *services]

    def _prepare(self) -> dict[str, Any]:
        """Migrations, static files (shared by all test processes of this folder) and demo data."""
        target = self.folder / "demo.json"
        shared = Path(self.environ["STATIC_ROOT"])
        shared.mkdir(parents=True, exist_ok=True)
        with (shared.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.manage("stack", "--prepare", str(target))
        facts: dict[str, Any] = json.loads(target.read_text())
        return facts

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{arguments}: {done.stderr[-3000:]}"
        return done.stdout

    def launch(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = spawn(self.parts[name].command, environ=self.environ, output=log, cwd=ROOT)

    def wait_ready(self, name: str) -> None:
        wait_until(
            lambda: self.parts[name].ready() or self._is_gone(name), START_SECONDS, f"{name} does not start", every=0.4
        )

    def _is_gone(self, name: str) -> bool:
        assert self.processes[name].poll() is None, f"{name} ended: {self.log(name)}"
        return False

    def kill(self, name: str) -> None:
        """As a crash would: the whole process group, no goodbye."""
        process = self.processes.pop(name)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def is_healthy(self) -> bool:
        return http_ok(self.config.port, "/health/ready")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[call-overload,no-any-return]

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """The simulator's control API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.simulator_url}/control/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def stop(self) -> None:
        for process in reversed(list(self.processes.values())):
            end(process)
        self.processes.clear()
        self.valkey.stop()


def wait_until(
    answer: Callable[[], object], seconds: float, problem: str = "it did not happen", *, every: float = 0.05
) -> None:
    deadline = time.monotonic() + seconds
    while not answer():
        assert time.monotonic() < deadline, problem
        time.sleep(every)


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float = 10.0) -> int:
    """The answer's status; 0 when nobody answered."""
    request = urllib.request.Request(url, body, dict(headers))
    try:
        with contextlib.closing(urllib.request.urlopen(request, timeout=timeout)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def phone_of(key: str) -> str:
    return f"5511977770{int(key):03d}"


def meet(stack: Stack, key: str) -> None:
    """Somebody new on the phone page, `Cliente <key>`: each test has a customer of its own."""
    card = json.dumps({"name": f"Cliente {key}", "phone": f"+{phone_of(key)}"}).encode()
    assert post(f"{stack.simulator_url}/phone/customers", card, {"Content-Type": "application/json"}) == 200


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Started once in a test process, however many files use it."""
    with serving() as elsewhere:
        running = Stack(scratch_folder(), new_database(f"stack_{os.getpid()}", migrated()), elsewhere)
        try:
            running.start()
            yield running
        finally:
            running.stop()
