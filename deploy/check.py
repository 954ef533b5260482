# ruff: noqa: S603, T201
"""`make check`: every linter, in a few lanes side by side; all are run even when one fails."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
CHECKS = {
    "types": ["mypy", "."],
    "floors": ["lint-imports", "--no-cache"],
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    # Rules only: djlint's formatter adds white space inside lines where bubbles and badges show it.
    "templates": ["djlint", "--lint", "--quiet", "templates"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": ["python", "deploy/messages.py", "check"],
}


def run(name: str) -> bool:
    began = time.monotonic()
    program, *arguments = CHECKS[name]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "pytake.settings.test"}
    command: list[str | Path] = [BIN / program, *arguments]
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    good = result.returncode == 0
    said = "" if good else f"\n{result.stdout}{result.stderr}".rstrip()
    print(f"{'ok  ' if good else 'FAIL'} {name:<13} {time.monotonic() - began:5.1f} s{said}", flush=True)
    return good


def main() -> int:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as lanes:
        return 0 if all(list(lanes.map(run, CHECKS))) else 1


if __name__ == "__main__":
    sys.exit(main())
