"""A stack of tiny parts under the real supervisor, started by the tests as a program: `fake_stack.py FOLDER KIND`."""

import os
import sys
from pathlib import Path

from apps.ops.stack.checks import CannotStart, only_one
from apps.ops.stack.console import Console
from apps.ops.stack.embedded import EmbeddedValkey
from apps.ops.stack.supervisor import Part, Stopped, Supervisor

SLEEP = "import time; time.sleep(300)"
# A part with one child in its group and one that made itself a session of its own; both ignore SIGTERM.
FAMILY = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
subprocess.Popen([sys.executable, "-c", code])
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
print("family complete", flush=True)
time.sleep(300)
"""
KINDS = {
    "quiet": [SLEEP],
    "family": [SLEEP, FAMILY],
    "dies": [SLEEP, "import sys, time; time.sleep(0.5); sys.exit(3)"],
    "unready": [SLEEP],
}


def main(folder: Path, kind: str) -> int:
    console = Console()
    parts = [Part(f"part{n}", [sys.executable, "-c", code]) for n, code in enumerate(KINDS[kind])]
    try:
        with only_one(folder / "lock") as lock:
            stack = Supervisor(root=Path.cwd(), console=console, lock=lock)
            with stack.alive() as supervisor:
                supervisor.serve(EmbeddedValkey(folder / "valkey"))
                for part in parts:
                    supervisor.start(part, os.environ)
                supervisor.wait_ready(parts)
                console.say(f"ready {supervisor.mark}")
                supervisor.watch()
    except Stopped:
        return 0
    except CannotStart as problem:
        console.problem(str(problem))
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
