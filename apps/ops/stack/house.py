"""`make run`: which parts PyTake has on one machine, in which order they start, and what the reader is told."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.ops.stack.checks import CannotStart, check_ports, only_one, read_port
from apps.ops.stack.console import Console
from apps.ops.stack.embedded import EmbeddedPostgres, EmbeddedValkey, ServerError, data_folder
from apps.ops.stack.spawn import die_with_parent
from apps.ops.stack.supervisor import Part, Stopped, Supervisor, http_ok

ROOT = Path(__file__).resolve().parents[3]
QUEUES = "default,inbound,outbound"


@dataclass(frozen=True)
class Config:
    root: Path
    port: int
    simulator_port: int
    environ: Mapping[str, str]

    @classmethod
    def read(cls, environ: Mapping[str, str], root: Path = ROOT) -> "Config":
        return cls(
            root=root,
            port=read_port("PORT", environ.get("PORT") or "8000"),
            simulator_port=read_port("SIMULATOR_PORT", environ.get("SIMULATOR_PORT") or "8001"),
            environ=environ,
        )

    @property
    def run_dir(self) -> Path:
        return self.root / ".run"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"


def main(environ: Mapping[str, str]) -> int:
    """Run the stack until it is asked to end. 0 after a signal, 1 after a problem (told in one line)."""
    if environ.get("DIE_WITH_PARENT"):
        die_with_parent()
    console = Console()
    try:
        run(Config.read(environ), console)
    except Stopped:
        console.say("stopped; nothing is left running.")
        return 0
    except KeyboardInterrupt:
        return 0
    except (CannotStart, ServerError) as problem:
        console.problem(str(problem))
    return 1


def run(config: Config, console: Console) -> None:
    began = time.monotonic()
    with only_one(config.run_dir / "lock") as lock:
        check_ports({"PORT": config.port, "SIMULATOR_PORT": config.simulator_port})
        stack = Supervisor(root=config.root, console=console, lock=lock)
        with stack.alive() as supervisor, addresses_file(config.run_dir / "env") as tell:
            environ = start_servers(config, supervisor, tell)
            demo = prepare(config, supervisor, environ)
            parts = the_parts(config)
            for part in parts:
                supervisor.start(part, environ | simulator_environ(config, demo))
            supervisor.wait_ready(parts)
            announce(console, demo, time.monotonic() - began)
            supervisor.watch()


def start_servers(config: Config, supervisor: Supervisor, tell: Callable[[Mapping[str, str]], None]) -> dict[str, str]:
    """The environment of every part, with the addresses of the servers given from outside or embedded."""
    data = data_folder(config.run_dir)
    wanted = {"DATABASE_URL": EmbeddedPostgres(data / "postgres"), "REDIS_URL": EmbeddedValkey(data / "valkey")}
    embedded = {name: server for name, server in wanted.items() if not config.environ.get(name)}
    for server in embedded.values():
        supervisor.serve(server)
    addresses = {name: server.wait_ready() for name, server in embedded.items()}
    own = addresses | {
        "DJANGO_SETTINGS_MODULE": "pytake.settings.local",
        "PUBLIC_URL": config.web_url,
        "SIMULATOR_URL": config.simulator_url,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(config)),
    }
    tell(own)
    return {**config.environ, **own}


def metrics_folder(config: Config) -> Path:
    """Where all parts count, so that /metrics of the web process speaks for the worker too; empty at each start."""
    folder = config.run_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def addresses_file(path: Path) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """For other terminals: `set -a; . .run/env`, and any `manage.py` command works on the running stack."""

    def write(values: Mapping[str, str]) -> None:
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))

    try:
        yield write
    finally:
        path.unlink(missing_ok=True)


def prepare(config: Config, supervisor: Supervisor, environ: Mapping[str, str]) -> dict[str, Any]:
    """Migrations, static files and demo data; gives what `manage.py demo --json` says."""
    target = config.run_dir / "demo.json"
    target.unlink(missing_ok=True)
    command = [sys.executable, "manage.py", "stack", "--prepare", str(target), "--story"]
    supervisor.run_once(Part("prepare", command), environ)
    facts: dict[str, Any] = json.loads(target.read_text())
    return facts


ONE_ORIGIN = ["pytake.asgi:application", "--http", "pytake.doorway:Doorway", "--ws", "pytake.sockets:LiveSocket"]
# Deflating costs every socket a context of its own, and frames over 64 KB are nobody's.
UVICORN = [
    *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "5"),
    *("--ws-per-message-deflate", "false", "--ws-max-size", "65536"),
]


def the_parts(config: Config) -> list[Part]:
    python = sys.executable
    # As root Celery warns about root, which a development machine may well be.
    celery = [python, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "pytake"]
    uvicorn = [python, "-m", "uvicorn", *ONE_ORIGIN, "--host", "127.0.0.1", "--port", str(config.port)]
    lean = ["--without-gossip", "--without-mingle", "--concurrency", "4", "--queues", QUEUES, "--loglevel", "INFO"]
    return [
        Part("web", [*uvicorn, *UVICORN], ready=lambda: http_ok(config.port, "/health/live")),
        Part("simulator", [python, "-m", "apps.simulator"], ready=lambda: http_ok(config.simulator_port, "/")),
        Part("beat", [*celery, "beat", "--scheduler", "apps.ops.beat.LeaderScheduler", "--pidfile=", "-l", "WARNING"]),
        # The last question covers database, Redis, migrations and workers.
        Part(
            "worker",
            [*celery, "worker", *lean],
            announces=" ready.",
            ready=lambda: http_ok(config.port, "/health/ready"),
        ),
    ]


SIMULATOR_FACTS = ("app_secret", "verify_token", "access_token", "app_id", "waba_id", "business_id")


def simulator_environ(config: Config, demo: Mapping[str, Any]) -> dict[str, str]:
    """The simulator plays Meta for the demo company: the same secrets, the same number."""
    facts = {f"SIMULATOR_{name.upper()}": str(demo[name]) for name in SIMULATOR_FACTS}
    return facts | {
        "SIMULATOR_PORT": str(config.simulator_port),
        "SIMULATOR_WINDOW": "known",  # after a restart it has forgotten who wrote before
        "SIMULATOR_WEBHOOK_URL": str(demo["addresses"]["webhook"]),
        "SIMULATOR_PHONE_NUMBER_ID": str(demo["number"]["phone_number_id"]),
        "SIMULATOR_DISPLAY_NUMBER": str(demo["number"]["phone"]),
        "SIMULATOR_VERIFIED_NAME": str(demo["organization"]["name"]),
    }


LABELS = {
    "site": "PyTake",
    "simulator": "Phone (write as a customer)",
    "desk": "Agent panel",
    "console": "Admin panel",
    "backoffice": "Back-office",
}


def announce(console: Console, demo: Mapping[str, Any], seconds: float) -> None:
    rows = [(label, str(demo["addresses"][name])) for name, label in LABELS.items()]
    rows.append(("", ""))
    rows += [(f"Log in as {login['role']}", f"{login['email']}  {login['password']}") for login in demo["logins"]]
    console.box(f"PyTake is ready ({seconds:.1f} s). Ctrl-C stops everything.", rows)
