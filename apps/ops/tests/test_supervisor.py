"""However the stack ends, nothing of it is left; each case scans all processes of the machine for the stack's mark."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.ops.stack.nanny import alive
from apps.ops.stack.spawn import marked

Start = Callable[[str], "FakeStack"]


class FakeStack:
    def __init__(self, folder: Path, kind: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apps.ops.tests.fake_stack", str(folder), kind],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.mark = self.wait_for(r"ready (\w+)").group(1)

    def wait_for(self, pattern: str) -> re.Match[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"the stack ended before it said {pattern}")

    def processes(self) -> set[int]:
        """Everything with the mark, and the children of the supervisor (Valkey and the nanny)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {*marked(self.mark), *map(int, children)}

    def end(self, sig: int) -> tuple[int, str]:
        self.process.send_signal(sig)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    begun: list[FakeStack] = []

    def run(kind: str) -> FakeStack:
        begun.append(FakeStack(tmp_path, kind))
        return begun[-1]

    yield run
    for stack in begun:
        for pid in [stack.process.pid, *marked(stack.mark)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        stack.process.wait()
        assert stack.process.stdout is not None
        stack.process.stdout.close()


def left_after(pids: set[int], seconds: float) -> set[int]:
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return {pid for pid in pids if alive(pid)}


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_is_no_error(start: Start, sig: int) -> None:
    stack = start("quiet")
    pids = stack.processes()
    assert len(pids) == 3
    assert stack.end(sig)[0] == 0
    assert not left_after(pids, 0)


def test_the_death_of_one_part_ends_the_others_and_is_told(start: Start) -> None:
    stack = start("dies")
    pids = stack.processes()
    output, _ = stack.process.communicate(timeout=20)
    assert stack.process.returncode == 1
    assert "part1 ended (exit code 3), so everything was stopped" in output
    assert not left_after(pids, 0)


def test_the_death_of_a_server_ends_everything(start: Start) -> None:
    stack = start("quiet")
    pids = stack.processes()
    valkey = next(pid for pid in pids if b"valkey-server" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(valkey, signal.SIGKILL)
    output, _ = stack.process.communicate(timeout=20)
    assert stack.process.returncode == 1
    assert "valkey ended (SIGKILL)" in output
    assert not left_after(pids, 0)


def test_a_killed_supervisor_leaves_nothing_not_even_stubborn_grandchildren(start: Start) -> None:
    stack = start("family")
    while len(pids := stack.processes()) < 6:
        time.sleep(0.02)
    stack.process.kill()
    stack.process.wait()
    assert not left_after(pids, 10)


def test_without_the_nanny_stubborn_grandchildren_would_stay(start: Start) -> None:
    """Negative control of the test above: the kernel's part of the work is not enough."""
    stack = start("family")
    while len(pids := stack.processes()) < 6:
        time.sleep(0.02)
    nanny = next(pid for pid in pids if b"apps.ops.stack.nanny" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(stack.process.pid, signal.SIGSTOP)
    os.kill(nanny, signal.SIGKILL)
    stack.process.kill()
    stack.process.wait()
    assert left_after(pids, 1)


def test_a_second_signal_does_not_wait_for_stubborn_parts(start: Start) -> None:
    stack = start("family")
    while len(pids := stack.processes()) < 6:
        time.sleep(0.02)
    began = time.monotonic()
    stack.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert stack.end(signal.SIGINT)[0] == 0
    assert time.monotonic() - began < 5
    assert not left_after(pids, 0)


def test_a_second_stack_in_the_same_folder_is_refused_in_one_line(start: Start, tmp_path: Path) -> None:
    first = start("quiet")
    command = [sys.executable, "-m", "apps.ops.tests.fake_stack", str(tmp_path), "quiet"]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.splitlines() == [
        f"make run: PyTake already runs in this folder (process {first.process.pid}); stop that one first."
    ]


def test_the_folder_is_free_again_after_a_killed_supervisor_was_tidied_up(start: Start) -> None:
    first = start("family")
    first.process.kill()
    first.process.wait()
    second = start("quiet")
    assert not marked(first.mark)
    assert second.end(signal.SIGTERM)[0] == 0
