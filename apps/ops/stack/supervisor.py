"""Starts the parts, shows what they say, and ends them all when one ends, a signal comes or the terminal closes."""

import http.client
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from apps.ops.stack.checks import CannotStart
from apps.ops.stack.console import Console
from apps.ops.stack.embedded import EmbeddedServer
from apps.ops.stack.spawn import MARKER, marked, signal_group, spawn, wait_gone

GRACE = 8.0
READY_SECONDS = 180.0
ASK_ANYWAY = 30.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A signal asked for the end."""


@dataclass(frozen=True)
class Part:
    """One process of the stack.

    `ready` is asked again and again until it says yes, but not before a line of output contains `announces` (or
    `ASK_ANYWAY` seconds have passed), so that nobody logs questions that came too early.
    """

    name: str
    command: Sequence[str]
    announces: str = ""
    ready: Callable[[], bool] = lambda: True


def http_ok(port: int, path: str) -> bool:
    """Whether a GET on this machine is answered with 200 within two seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Supervisor:
    def __init__(self, *, root: Path, console: Console, lock: int) -> None:
        self.root = root
        self.console = console
        self.mark = secrets.token_hex(8)
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.servers: list[EmbeddedServer] = []
        self.readers: list[threading.Thread] = []
        self.heard: dict[str, threading.Event] = {}
        self.asked_to_stop = 0
        self.nanny = self._start_nanny(lock)

    def _start_nanny(self, lock: int) -> subprocess.Popen[bytes]:
        """It also keeps the folder's lock until it has tidied up."""
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "apps.ops.stack.nanny", self.mark],
            cwd=self.root,
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[lock],
        )

    @contextmanager
    def alive(self) -> Iterator["Supervisor"]:
        """Whatever ends the block, nothing stays behind."""
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        try:
            yield self
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def serve(self, server: EmbeddedServer) -> None:
        """Launch an embedded server; ask its `wait_ready()` afterwards."""
        self.servers.append(server)
        server.launch()
        if server.process is not None:
            self._register(server.process)

    def start(self, part: Part, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
        process = spawn(
            part.command,
            environ={**environ, MARKER: self.mark, "PYTHONUNBUFFERED": "1"},
            output=subprocess.PIPE,
            cwd=self.root,
        )
        self._register(process)
        heard = self.heard[part.name] = threading.Event()
        if process.stdout is not None:
            self.readers.append(self.console.follow(part.name, process.stdout, part.announces, heard))
        self.parts[part.name] = process
        return process

    def run_once(self, part: Part, environ: Mapping[str, str]) -> None:
        """Run a step to its end, as interruptible as everything else."""
        process = self.start(part, environ)
        while process.poll() is None:
            self.check(except_for=part.name)
            time.sleep(0.02)
        del self.parts[part.name]
        if process.returncode:
            self._drain_output()
            raise CannotStart(f"the step “{part.name}” failed; its own lines above say why.")

    def wait_ready(self, parts: Sequence[Part]) -> None:
        """One after the other: all must be ready, and a part may ask what only works once an earlier one is."""
        began = time.monotonic()
        for part in parts:
            while not self._may_ask(part, time.monotonic() - began) or not part.ready():
                self.check()
                if time.monotonic() - began > READY_SECONDS:
                    raise CannotStart(f"{part.name} was not ready after {READY_SECONDS:.0f} s.")
                time.sleep(0.1)

    def _may_ask(self, part: Part, waited: float) -> bool:
        return not part.announces or self.heard[part.name].is_set() or waited > ASK_ANYWAY

    def watch(self) -> None:
        """Until a signal (`Stopped`) or the death of a part (`CannotStart`)."""
        while True:
            self.check()
            time.sleep(0.1)

    def check(self, *, except_for: str = "") -> None:
        if self.asked_to_stop:
            raise Stopped
        for name, process in self._everything().items():
            if name != except_for and process.poll() is not None:
                raise CannotStart(f"{name} ended ({describe(process.returncode)}), so everything was stopped.")

    def _everything(self) -> dict[str, subprocess.Popen[bytes]]:
        servers = {server.name: server.process for server in self.servers if server.process is not None}
        return {**servers, **self.parts, "nanny": self.nanny}

    def stop(self) -> None:
        """Ask all parts, wait, insist, then the servers they used, then anything that carries our mark."""
        running = [process for process in self.parts.values() if process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        asked = self.asked_to_stop
        deadline = time.monotonic() + GRACE
        while not wait_gone(running, 0.05) and time.monotonic() < deadline and self.asked_to_stop <= max(asked, 1):
            pass
        for process in self.parts.values():
            signal_group(process.pid, signal.SIGKILL)
            process.wait()
        self.parts.clear()
        for server in reversed(self.servers):
            server.stop()
        self._sweep()
        self._drain_output()

    def _sweep(self) -> None:
        for pid in marked(self.mark):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.nanny.communicate()

    def _register(self, process: subprocess.Popen[bytes]) -> None:
        if self.nanny.stdin is None or self.nanny.poll() is not None:
            return
        self.nanny.stdin.write(f"{process.pid}\n".encode())
        self.nanny.stdin.flush()

    def _drain_output(self) -> None:
        for reader in self.readers:
            reader.join(timeout=1)


def describe(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
