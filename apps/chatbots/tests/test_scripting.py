"""Guarantee: at least 60 escapes tried: no file, environment, network or sibling; ended within 2 s and 128 MB."""

import os
import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.chatbots import scripting
from apps.chatbots.tests.escapes import CALLS, GREEDY, READS, WRITES

CANARY = "canary-of-this-house"


class Probe:
    """Notices when something got out: what was read, written, connected to or ended."""

    def __init__(self, folder: Path) -> None:
        self.file, self.evil = folder / "canary.txt", folder / "evil"
        self.file.write_text(CANARY)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.sibling = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    def code(self, expression: str) -> str:
        modules = [
            module for module in re.findall(r"\b([a-z0-9_]+)\.", expression) if module in sys.stdlib_module_names
        ]
        names = {"FILE": self.file, "FOLDER": self.file.parent, "EVIL": self.evil, "PID": self.sibling.pid}
        names["PORT"] = self.listener.getsockname()[1]
        for name, value in names.items():
            expression = expression.replace(name, str(value))
        begins = "".join(f"import {module}\n" for module in modules)
        return f"{begins}result['got'] = str({expression})"

    def traces(self, told: str) -> list[str]:
        found = [word for word in ("canary", "root:", "PATH=") if word in told]
        found += ["wrote"] if self.evil.exists() or not self.file.exists() else []
        found += ["ended another"] if self.sibling.poll() is not None else []
        try:
            self.listener.accept()[0].close()
            found.append("connected")
        except BlockingIOError:
            pass
        return found


@pytest.fixture
def probe(tmp_path, monkeypatch):
    monkeypatch.setenv("CANARY", CANARY)
    found = Probe(tmp_path)
    yield found
    found.listener.close()
    found.sibling.kill()
    found.sibling.communicate()


def told(code: str) -> str:
    try:
        return str(scripting.run(code, {"variables": {"a": 1}}))
    except scripting.ScriptError as error:
        return error.console


def test_no_script_gets_out(probe):
    escapes = [*READS, *WRITES, *CALLS]
    assert len(escapes) >= 60
    out = [(escape, found) for escape in escapes if (found := probe.traces(told(probe.code(escape))))]
    assert out == []


def test_a_probe_would_notice(probe):
    """The negative control: the same attempts by a Python without a cage."""
    for escape, trace in [
        (READS[0], "canary"),
        ('os.environ["CANARY"]', "canary"),
        ('list(pathlib.Path("FOLDER").iterdir())', "canary"),
        (WRITES[0], "wrote"),
        (CALLS[0], "connected"),
        ("os.kill(PID, 9)", "ended another"),
    ]:
        code = f"result = {{}}\n{probe.code(escape)}\nprint(result)"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        if trace == "ended another":
            probe.sibling.wait(10)
        assert trace in probe.traces(ran.stdout), escape


def test_greedy_scripts_are_ended_and_the_next_one_runs():
    assert scripting.CPU_SECONDS + scripting.GRACE <= scripting.WALL_SECONDS <= 2
    for code in GREEDY:
        started = time.monotonic()
        assert len(told(code)) < scripting.MAX_JSON + scripting.MAX_CONSOLE
        assert time.monotonic() - started < 10, code  # a busy machine may be slow to end it
    assert told("result['x'] = variables['a'] + 41") == "Ran(result={'x': 42}, console='')"


def test_nothing_is_left_for_the_next_script():
    told("secret = 'canary'\nimport os")
    assert "canary" not in told("result['x'] = secret")


def test_the_worker_has_its_limits_and_an_empty_environment(monkeypatch):
    monkeypatch.setenv("CANARY", CANARY)
    with scripting._worker() as pool, pool.checkout() as session:
        session.feed_run("1")
        pid = session.worker_pid
        assert resource.prlimit(pid, resource.RLIMIT_CPU) == (1, 1)
        assert resource.prlimit(pid, resource.RLIMIT_DATA) == (128 << 20, 128 << 20)
        assert resource.prlimit(pid, resource.RLIMIT_FSIZE) == (0, 0)
        assert CANARY not in Path(f"/proc/{pid}/environ").read_text()
        assert pid != os.getpid()


def test_only_json_goes_in_and_out():
    for code in ("result = 3", "result[1] = 2", "result['x'] = {1, 2}", "result['x'] = b'x'", "result['x'] = print"):
        with pytest.raises(scripting.ScriptError):
            scripting.run(code, {"variables": {}})
    with pytest.raises(scripting.ScriptError, match="256 KB"):
        scripting.run("", {"variables": {"x": "x" * 300_000}})
    assert scripting.run("print('a')\nresult['x'] = [1.5, None, {'y': 'ção'}]", {}).result == {
        "x": [1.5, None, {"y": "ção"}]
    }


def test_where_isolation_is_missing_scripts_are_off(monkeypatch):
    scripting._stands.cache_clear()
    monkeypatch.setattr(scripting, "_WANTED", [(resource.RLIMIT_CPU, 7)])  # the worker's limits are others
    try:
        assert scripting.missing()
        with pytest.raises(scripting.ScriptError):
            scripting.run("result['x'] = 1", {})
    finally:
        scripting._stands.cache_clear()
