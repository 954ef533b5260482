"""Start child processes that cannot outlive whoever started them, and end them without leftovers."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None, use_errno=True) if LINUX else None
MARKER = "PYTAKE_STACK_ID"


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask the kernel to send `sig` to this process when the thread that started it ends (Linux only)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, sig)


def _before_exec(parent: int, sig: int) -> Callable[[], None]:
    def run() -> None:
        # After the uid switch: changing credentials clears the request.
        die_with_parent(sig)
        if os.getppid() != parent:
            os._exit(1)

    return run


def spawn(
    command: Sequence[str | Path],
    *,
    environ: Mapping[str, str],
    output: int | IO[bytes] | None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    cwd: Path | str = "/",
    user: str | None = None,
    group: str | None = None,
    on_parent_death: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` as the head of its own process group, tied to the life of the calling thread."""
    return subprocess.Popen(  # noqa: S603 (commands are this package's own)
        [str(part) for part in command],
        env=dict(environ),
        cwd=cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        user=user,
        group=group,
        extra_groups=[] if user else None,
        process_group=0,
        preexec_fn=_before_exec(os.getpid(), on_parent_death),
    )


def signal_group(pid: int, sig: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, sig)


def wait_gone(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> bool:
    """Whether all have ended within `seconds`."""
    deadline = time.monotonic() + seconds
    while any(process.poll() is None for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(process: subprocess.Popen[bytes], *, sig: int = signal.SIGTERM, grace: float = 10.0) -> None:
    """Ask one process to end, and after `grace` seconds end its whole group."""
    if process.poll() is None:
        process.send_signal(sig)
        wait_gone([process], grace)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def marked(mark: str) -> list[int]:
    """Process ids whose environment carries this stack's mark (children of children included; Linux only)."""
    wanted = f"{MARKER}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*") if LINUX else ():
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]
