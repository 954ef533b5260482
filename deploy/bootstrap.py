# ruff: noqa: E402, S603, T201
"""From a fresh clone to a working environment, with nothing but Python ≥ 3.11: `bootstrap.py STEP …`.

Standard library only. Each step leaves a stamp of what it was made from, and does nothing while that is unchanged.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apps.ops.stack import checks

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
DIST = ROOT / "frontend" / "dist"
# Templates and code too: build.mjs looks for the icons they name.
FRONT_SOURCES = ("frontend", "static", "templates", "apps", "package-lock.json")
FRONT_KINDS = {".mjs", ".js", ".json", ".css", ".html", ".txt", ".py", ".svg", ".png", ".webp", ".woff2", ".ico"}
LOCK = ROOT / ".run" / "lock"
Command = Sequence[str | Path]


class Problem(Exception):
    """One line for the reader."""


def say(text: str) -> None:
    print(f"    setup │ {text}", flush=True)


def quiet(command: Command, otherwise: str) -> None:
    """Run a command in the repository; its output is shown only when it fails."""
    result = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        detail = (result.stderr or result.stdout).strip()[-2000:]
        raise Problem(f"{otherwise}\n{detail}" if detail else otherwise)


def digest(paths: Iterable[Path], *extra: str) -> str:
    total = hashlib.sha256(" ".join(extra).encode())
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return total.hexdigest()


def unchanged(stamp: Path, state: str) -> bool:
    return stamp.exists() and stamp.read_text() == state


def idle() -> None:
    checks.idle(LOCK)


def ports() -> None:
    checks.idle(LOCK)
    wanted = {"PORT": "8000", "SIMULATOR_PORT": "8001"}
    checks.check_ports({name: checks.read_port(name, os.environ.get(name) or port) for name, port in wanted.items()})


def env() -> None:
    """The virtual environment with exactly the locked packages."""
    wanted = [ROOT / "requirements" / name for name in ("local.txt", "bootstrap.txt")]
    if not node_on_path():
        wanted.append(ROOT / "requirements" / "node.txt")
    state = digest(wanted, sys.version)
    stamp = VENV / ".stamp"
    if unchanged(stamp, state) and works(PYTHON):
        return
    say("installing the Python packages (once; about a minute)")
    if not works(PYTHON):
        create_venv()
    if not (VENV / "bin" / "uv").exists():
        command: Command = [
            PYTHON,
            "-m",
            "pip",
            "install",
            "-q",
            "--require-hashes",
            "-r",
            "requirements/bootstrap.txt",
        ]
        quiet(command, "uv could not be installed; is the package index reachable?")
    sync: Command = [VENV / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, *wanted]
    quiet(sync, "the Python packages could not be installed; is the package index reachable?")
    # So that every tool of the environment finds the repository's packages, wherever it is started.
    site_packages = next((VENV / "lib").glob("python*")) / "site-packages"
    (site_packages / "pytake-repository.pth").write_text(f"{ROOT}\n")
    stamp.write_text(state)


def works(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


def create_venv() -> None:
    command: Command = [sys.executable, "-m", "venv", "--clear", VENV]
    quiet(command, "Python's venv module does not work here; on Debian or Ubuntu install python3-venv.")


def node_on_path() -> bool:
    """Whether the machine itself has Node ≥ 20 with npm."""
    node = shutil.which("node", path=path_without_venv())
    if node is None or shutil.which("npm", path=path_without_venv()) is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().lstrip("v").split(".")[0]
    return major.isdigit() and int(major) >= 20


def path_without_venv() -> str:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if Path(folder) != VENV / "bin")


def front() -> None:
    """Styles and scripts, built from the locked npm packages."""
    if not node_on_path():
        os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    modules = digest([ROOT / "package-lock.json"])
    if not unchanged(NODE_MODULES / ".stamp", modules):
        say("installing the front-end packages (once)")
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        quiet(command, "the npm packages could not be installed; is the npm registry reachable?")
        (NODE_MODULES / ".stamp").write_text(modules)
    state = digest(front_sources(), modules)
    stamp = ROOT / ".run" / "front.stamp"
    if unchanged(stamp, state) and DIST.is_dir():
        return
    say("building styles and scripts")
    quiet(["node", "frontend/build.mjs"], "the front-end could not be built:")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(state)


def front_sources() -> list[Path]:
    found = [path for name in FRONT_SOURCES for path in [ROOT / name, *(ROOT / name).rglob("*")]]
    return [path for path in found if path.suffix in FRONT_KINDS and path.is_file() and DIST not in path.parents]


def messages() -> None:
    """The translations as Django loads them; Babel lives in the project's environment."""
    quiet([VENV / "bin" / "python", ROOT / "deploy" / "catalogue.py"], "the translations could not be compiled:")


STEPS = {"idle": idle, "ports": ports, "env": env, "front": front, "messages": messages}


def main(names: Sequence[str]) -> int:
    try:
        for name in names:
            STEPS[name]()
    except (Problem, checks.CannotStart) as problem:
        print(f"make: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
