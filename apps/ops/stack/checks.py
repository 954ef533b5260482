"""What must be right before anything starts; each problem is one sentence that says what to do."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.ops.stack.ports import is_free

TIDY_SECONDS = 10.0


class CannotStart(Exception):
    """The sentence to show; nothing has been started, or everything has been stopped again."""


def read_port(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise CannotStart(f"{name}={text} is not a port: give a number from 1 to 65535.")


def check_ports(ports: dict[str, int]) -> None:
    """`ports` maps the variable that sets each port to its value."""
    if len(set(ports.values())) != len(ports):
        raise CannotStart(f"{' and '.join(ports)} must differ.")
    for name, port in ports.items():
        if not is_free(port):
            raise CannotStart(f"port {port} is taken; free it or choose another, as in `make run {name}={port + 10}`.")


@contextmanager
def only_one(path: Path) -> Iterator[int]:
    """Hold the folder's lock. The kernel lets go of it with the last process that has it open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle)
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield handle
    finally:
        os.close(handle)


def idle(path: Path) -> None:
    """Complain when another stack of this folder holds the lock; take nothing."""
    if path.exists():
        with only_one(path):
            return


def _take(handle: int) -> None:
    deadline = time.monotonic() + TIDY_SECONDS
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode()
            if Path(f"/proc/{holder}").exists() or time.monotonic() > deadline:
                raise CannotStart(
                    f"PyTake already runs in this folder (process {holder}); stop that one first."
                ) from None
            time.sleep(0.1)
