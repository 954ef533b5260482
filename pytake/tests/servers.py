"""pytest plugin: every run has its own embedded servers, started before Django reads its settings.

One PostgreSQL serves the whole run (pytest-django gives each xdist worker a database of its own); each process has its
own Valkey, so that flushing, filling or stopping it disturbs nobody.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from apps.ops.stack.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedValkey

pytest_plugins = ["pytake.tests.chromium", "pytake.tests.chance"]

INHERITED = "PYTAKE_TEST_POSTGRES_URL"
RAM = Path("/dev/shm")
DISK = Path("/tmp")
PREFIX = "pytake-test-"
ROOM = 2 * 1024**3

_running: list[EmbeddedServer] = []
_folders: list[Path] = []


def scratch_folder() -> Path:
    """A new folder in memory where there is room, else on disk; removed when the run ends."""
    in_memory = RAM.is_dir() and os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=RAM if in_memory else DISK))
    folder.chmod(0o755)
    _folders.append(folder)
    return folder


def remove_abandoned() -> None:
    """Folders of runs that were killed would fill the memory."""
    for folder in [*RAM.glob(f"{PREFIX}*-*"), *DISK.glob(f"{PREFIX}*-*")]:
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _start_servers() -> None:
    remove_abandoned()
    folder = scratch_folder()
    valkey = EmbeddedValkey(folder / "valkey")
    _running.append(valkey)
    os.environ["REDIS_URL"] = valkey.start()
    if INHERITED not in os.environ:
        postgres = EmbeddedPostgres(folder / "postgres", durable=False)
        _running.append(postgres)
        os.environ[INHERITED] = postgres.start()
    os.environ["DATABASE_URL"] = os.environ[INHERITED]


def _stop_servers() -> None:
    while _running:
        _running.pop().stop()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """A wrapper, because pytest-django reads the settings in the same hook."""
    _start_servers()
    try:
        return (yield)
    except BaseException:
        _stop_servers()
        raise


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """An xdist worker is ended before it could unconfigure."""
    if hasattr(session.config, "workerinput"):
        _stop_servers()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop them; a run that is killed takes them along (see `spawn.die_with_parent`)."""
    _stop_servers()
