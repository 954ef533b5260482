"""Waits for the supervisor's end, however it comes, then ends whatever it left behind.

A program of its own (standard library only), because a supervisor that got SIGKILL cannot tidy up. Its standard input
carries the process ids of the parts, one a line; end of input means that the supervisor is gone.
"""

import contextlib
import os
import signal
import sys
import time

from apps.ops.stack.spawn import LINUX, marked, signal_group

GRACE = 4.0


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as facts:
            return facts.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False if LINUX else _answers(pid)


def _answers(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def left_over(parts: list[int], mark: str) -> list[int]:
    return [pid for pid in {*parts, *marked(mark)} if alive(pid)]


def tidy(parts: list[int], mark: str) -> None:
    """The kernel has already asked the parts to end (Linux); give them `GRACE` seconds, then end all."""
    if not LINUX:
        for pid in left_over(parts, mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while left_over(parts, mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left_over(parts, mark):
        signal_group(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    parts = [int(line) for line in sys.stdin]
    tidy(parts, sys.argv[1])


if __name__ == "__main__":
    main()
