"""A problem that can be seen beforehand is one line, and nothing has been started."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.ops.stack.checks import CannotStart, check_ports, only_one, read_port
from apps.ops.stack.house import ROOT, main
from apps.ops.stack.ports import free_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("text", ["0", "65536", "-1", "8o", "٣", "1.5"])
def test_what_is_not_a_port_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match=f"PORT={text} is not a port"):
        read_port("PORT", text)


def test_a_taken_port_names_the_variable_to_change(taken_port: int) -> None:
    with pytest.raises(CannotStart, match=f"port {taken_port} is taken; .*SIMULATOR_PORT="):
        check_ports({"PORT": free_port(), "SIMULATOR_PORT": taken_port})


def test_free_ports_are_fine() -> None:
    check_ports({"PORT": free_port(), "SIMULATOR_PORT": free_port()})


def test_two_parts_cannot_share_a_port() -> None:
    port = free_port()
    with pytest.raises(CannotStart, match="must differ"):
        check_ports({"PORT": port, "SIMULATOR_PORT": port})


def test_make_run_on_a_taken_port_says_one_line_and_starts_nothing(
    taken_port: int, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.ops.stack.house.Supervisor", None)
    monkeypatch.setattr("apps.ops.stack.house.Config.run_dir", tmp_path)
    assert main({"PORT": str(taken_port)}) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


def test_the_lock_is_free_after_its_holder(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path / "lock"):
            pass


def shell(folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    """`deploy/python -c pass` in a folder without an environment, on a machine with only `path`."""
    script = [shutil.which("sh") or "/bin/sh", str(ROOT / "deploy" / "python"), "-c", "print('found')"]
    return subprocess.run(script, cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_a_machine_without_python_gets_one_line(tmp_path: Path) -> None:
    result = shell(tmp_path, path=str(tmp_path))
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[0].startswith("PyTake needs Python 3.11 or newer")
    assert len(result.stderr.splitlines()) == 1


def test_a_python_that_does_not_work_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "python3.11").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.11").chmod(0o755)
    os.symlink(sys.executable, tmp_path / "python3")
    assert shell(tmp_path, path=str(tmp_path)).stdout == "found\n"
