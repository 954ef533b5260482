"""Customers' scripts: an interpreter of its own (Monty), which knows neither files nor network nor environment, in a
process of its own with hard limits and an empty environment, and that inside `bwrap` where the machine has it.

One process a script, so that nothing is left for the next one.
"""

import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic_monty import Monty, MontyCrashedError, MontyError, MontySyntaxError

from django.utils.translation import get_language
from django.utils.translation import gettext as _

CPU_SECONDS, WALL_SECONDS, GRACE = 1, 2.0, 0.5
PROCESS_BYTES, HEAP_BYTES = 128 << 20, 48 << 20
MAX_JSON, MAX_CONSOLE = 256 * 1024, 16_000
AT_ONCE = 2  # each may use a core for its second
_LIMITS: Any = {
    "max_feed_duration_secs": float(CPU_SECONDS),
    "max_memory": HEAP_BYTES,
    "max_total_sleep_secs": 0.0,
    "max_suspensions": 10,
    "max_recursion_depth": 200,
}
_WANTED = [(resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_DATA, PROCESS_BYTES)]
_turns = threading.BoundedSemaphore(AT_ONCE)
_NOT_IN_SENTENCES = re.compile(r"/\S*/")


class ScriptError(Exception):
    """`sentence` is for who wrote the script; `console` what it had printed."""

    def __init__(self, sentence: str, console: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.console = sentence, console


@dataclass(frozen=True, slots=True)
class Ran:
    """`result` is what the script put into its variable of that name, as JSON."""

    result: dict[str, Any]
    console: str


def run(code: str, given: Mapping[str, Any]) -> Ran:
    """`given`: JSON under names that the script sees, `variables` among them. Raises ScriptError. At most 2 s."""
    if missing():
        raise ScriptError(missing())
    if len(_json(dict(given))) > MAX_JSON:
        raise ScriptError(_("The variables are larger than 256 KB."))
    console = Console()
    with _turns:
        found = _fed(f"{code}\nresult", {**given, "result": {}}, console)
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise ScriptError(_("“result” has to be a dictionary with names, for example {'total': 10}."), console.text)
    return Ran(_kept(found, console), console.text)


def problem_of(code: str) -> str:
    """A sentence when the script can't be read; nothing of it runs."""
    return _problem(code, get_language())


@lru_cache(maxsize=256)
def _problem(code: str, _language: str) -> str:
    if missing():
        return missing()
    try:
        with _turns:
            _fed(f"if False:\n    pass\n{textwrap.indent(code, '    ')}\n", {}, Console())
    except ScriptError as error:
        return error.sentence
    return ""


class Console:
    """What a script prints, up to a length."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, _stream: Literal["stdout", "stderr"], text: str) -> None:
        if len(self.text) < MAX_CONSOLE:
            self.text = (self.text + text)[:MAX_CONSOLE].replace("\x00", "")


def _fed(code: str, inputs: dict[str, Any], console: Console) -> Any:
    try:
        with _worker() as pool, pool.checkout(limits=_LIMITS, os_policy={"sleep": "zero"}) as session:
            return session.feed_run(code, inputs=inputs, print_callback=console.write)
    except MontyCrashedError as error:
        raise ScriptError(_("The script needed too much time or memory: 1 second, 128 MB."), console.text) from error
    except MontySyntaxError as error:
        raise ScriptError(_("The script can't be read: %(why)s") % {"why": _why(error)}, console.text) from error
    except (MontyError, TimeoutError, OverflowError, ValueError, RecursionError) as error:
        raise ScriptError(_("The script stopped: %(why)s") % {"why": _why(error)}, console.text) from error


def _why(error: Exception) -> str:
    """The last line of what went wrong, without paths."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _NOT_IN_SENTENCES.sub("", lines[-1])[:200]


def _kept(found: dict[str, Any], console: Console) -> dict[str, Any]:
    """As JSON, which has no types of the script's."""
    try:
        text = _json(found)
    except (TypeError, ValueError, RecursionError) as error:
        sentence = _("“result” may hold texts, numbers, lists and dictionaries only.")
        raise ScriptError(sentence, console.text) from error
    if len(text) > MAX_JSON:
        raise ScriptError(_("“result” is larger than 256 KB."), console.text)
    kept: dict[str, Any] = orjson.loads(text.replace(rb"\u0000", b""))
    return kept


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def _worker() -> Monty:
    return Monty(
        binary_path=f"/proc/{os.getpid()}/fd/{_launcher()}",
        max_processes=1,
        max_checkouts_per_worker=1,
        request_timeout=WALL_SECONDS - GRACE,
        feed_duration_limit_grace=GRACE,
    )


def missing() -> str:
    """Why scripts are off on this machine; empty when their isolation stands."""
    return "" if _stands() else _("Scripts are off here: this server can't isolate them. Ask who runs it.")


@cache
def _stands() -> bool:
    """Looked at once, by trying it: the interpreter answers from a process that has the limits."""
    if sys.platform != "linux" or _interpreter() is None:
        return False
    try:
        with _worker() as pool, pool.checkout(limits=_LIMITS) as session:
            answered = session.feed_run("20 + 22") == 42
            limits = [resource.prlimit(session.worker_pid or -1, which) for which, _most in _WANTED]
    except (MontyError, OSError, RuntimeError, TimeoutError):
        return False
    return answered and limits == [(most, most) for _which, most in _WANTED]


def _interpreter() -> Path | None:
    """Monty's own program, beside our Python's."""
    path = Path(sys.executable).parent / "monty"
    return path if path.is_file() else None


@cache
def _launcher() -> int:
    """A program that takes everything away from itself and becomes the interpreter; any step that fails ends it.
    It lies in memory: no folder has to allow programs."""
    limits = f"ulimit -t {CPU_SECONDS}\nulimit -d {PROCESS_BYTES // 1024}\nulimit -f 0\nulimit -c 0\nulimit -n 32\n"
    found = os.memfd_create("launch", os.MFD_CLOEXEC)
    os.write(found, f'#!/bin/sh\nset -e\ncd /\n{limits}exec {_command()} "$@" 2>/dev/null\n'.encode())
    os.fchmod(found, 0o500)
    return found


def _command() -> str:
    program = shlex.quote(str(_interpreter()))
    fence = _fence()
    return f"{fence} /interpreter" if fence else f"env -i {program}"


@cache
def _fence() -> str:
    """`bwrap` with nothing but the interpreter and its libraries; empty where there is none, or it may not be used."""
    found = shutil.which("bwrap")
    if found is None:
        return ""
    parts = [found, "--unshare-all", "--clearenv", "--die-with-parent", "--new-session", "--chdir", "/"]
    for folder in ("/usr/lib", "/usr/lib64", "/lib", "/lib64"):
        parts += ["--ro-bind-try", folder, folder]
    parts += ["--ro-bind", str(_interpreter()), "/interpreter"]
    try:
        command = [*parts, "/interpreter", "--version"]
        subprocess.run(command, capture_output=True, timeout=5, check=True)  # noqa: S603 (nothing of a customer's)
    except (OSError, subprocess.SubprocessError):
        return ""
    return shlex.join(parts)
