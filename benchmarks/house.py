"""The servers and processes of one run: all on loopback, all in one temporary folder, all gone at the end."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Any, Self

import psycopg

import django
from django.core.management import call_command

from apps.ops.stack.embedded import EmbeddedPostgres, EmbeddedValkey, readable_install
from apps.ops.stack.house import ONE_ORIGIN, UVICORN
from apps.ops.stack.ports import answers, free_port
from apps.ops.stack.spawn import end, spawn

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
_BY_HAND = (
    "contacts_contact",
    "contacts_contactidentity",
    "conversations_conversation",
    "conversations_message",
    "chatbots_session",
)
_UNSET = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_name = ANY(%s) AND is_nullable = 'NO' AND column_default IS NULL
"""
_EMPTY = {"character varying": "''", "text": "''", "boolean": "false", "integer": "0", "smallint": "0", "jsonb": "'{}'"}


class House:
    """`with House(quick=…) as house`: durable PostgreSQL, Valkey and a migrated database; Django is set up inside."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self.folder = Path(tempfile.mkdtemp(prefix="pytake-bench-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.postgres = EmbeddedPostgres(self.folder / "postgres")
        self.valkey = EmbeddedValkey(self.folder / "valkey")
        self.port, self.stub_port = free_port(), free_port()
        self.processes: list[Popen[bytes]] = []
        self.demo: dict[str, Any] = {}
        self.has_static = False

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _open(self) -> None:
        for name in [name for name in os.environ if name.startswith(("DATABASE", "REDIS", "DJANGO"))]:
            del os.environ[name]
        stub = f"http://127.0.0.1:{self.stub_port}"
        os.environ |= {
            "DATABASE_URL": self.postgres.start(),
            "REDIS_URL": self.valkey.start(),
            "DJANGO_SETTINGS_MODULE": "pytake.settings.local",
            "PUBLIC_URL": self.url,
            "SIMULATOR_URL": stub,
            "STATIC_ROOT": str(self.folder / "static"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "LOG_LEVEL": "WARNING",
        }
        django.setup()
        call_command("migrate", verbosity=0)
        self._give_defaults()
        self.make_demo()

    def _give_defaults(self) -> None:
        """Rows written by hand name only the columns that a figure is about."""
        with self.connect() as connection:
            for table, column, kind in connection.execute(_UNSET, [list(_BY_HAND)]).fetchall():
                empty = _EMPTY.get(kind)
                if empty is not None:
                    connection.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET DEFAULT {empty}')

    def make_demo(self) -> None:
        from apps.ops import demo  # noqa: PLC0415 - Django has to be set up first

        self.demo = demo.ensure()

    def static(self) -> None:
        if not self.has_static:
            call_command("collectstatic", interactive=False, verbosity=0)
            self.has_static = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def amount(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def start(self, *command: str, port: int = 0, **environ: str) -> Popen[bytes]:
        """A Python process (`-m module …`), waited for until its port answers."""
        log = (self.folder / f"{command[1]}.log").open("ab")
        process = spawn([sys.executable, *command], environ=os.environ | environ, output=log, cwd=ROOT)
        self.processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        while port and not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start: {self.log(command[1])}")
            time.sleep(0.05)
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]

    def stop(self, process: Popen[bytes]) -> None:
        self.processes.remove(process)
        end(process)

    def web(self, *app: str, port: int = 0) -> Popen[bytes]:
        """The one process that `make run` starts for pages, door and sockets; or another ASGI app in the same way."""
        port = port or self.port
        return self.start(
            "-m", "uvicorn", *(app or ONE_ORIGIN), "--host", "127.0.0.1", "--port", str(port), *UVICORN, port=port
        )

    def worker(self) -> Popen[bytes]:
        lean = ["--without-gossip", "--without-mingle", "-c", "4", "-Q", "default,inbound,outbound", "-l", "INFO"]
        process = self.start("-m", "celery", "-A", "pytake", "worker", *lean)
        deadline = time.monotonic() + START_SECONDS
        while " ready." not in self.log("celery"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the worker did not start: {self.log('celery')}")
            time.sleep(0.1)
        return process

    def pgbench(self) -> Path:
        return readable_install() / "bin" / "pgbench"

    def _close(self) -> None:
        for process in reversed(self.processes):
            end(process)
        self.processes.clear()
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
