"""Without a browser its tests are skipped and that is told; on CI it is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytake.tests.chromium import find_chromium

TESTS = """
import pytest

@pytest.mark.browser
def test_needs_a_browser(): pass

def test_needs_none(): pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: needs Chromium\n")
    (tmp_path / "test_pages.py").write_text(TESTS)
    return tmp_path


def run(project: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    plugins = ["-p", "pytake.tests.chromium", "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist"]
    base = {"PATH": str(project), "HOME": str(project), "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-m", "pytest", *plugins]
    return subprocess.run(command, cwd=project, env=base | environ, capture_output=True, text=True, check=False)


def test_a_machine_without_chromium_skips_loudly(project: Path) -> None:
    result = run(project)
    assert result.returncode == 0
    assert "1 passed, 1 skipped" in result.stdout
    assert "NOT EVERYTHING WAS TESTED" in result.stdout


def test_on_ci_a_skip_is_a_failure(project: Path) -> None:
    result = run(project, CI="true")
    assert result.returncode == 1
    assert "on CI that is a failure" in result.stdout


def test_with_a_chromium_everything_runs(project: Path) -> None:
    result = run(project, CI="true", CHROMIUM=sys.executable)
    assert result.returncode == 0
    assert "2 passed" in result.stdout
    assert "NOT EVERYTHING" not in result.stdout


def test_the_browser_of_playwright_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    browser.parent.mkdir(parents=True)
    browser.touch()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert find_chromium() == str(browser)
