"""What the terminal shows: one stream, each line behind the name of the part that said it."""

import contextlib
import os
import sys
import threading
from typing import IO

COLOURS = {"web": 32, "worker": 33, "beat": 35, "simulator": 36, "prepare": 34}
WIDTH = 9


def in_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


class Console:
    def __init__(self) -> None:
        self.colour = in_colour()
        self.lock = threading.Lock()

    def paint(self, text: str, code: int) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def line(self, name: str, text: str) -> None:
        self._write(f"{self.paint(f'{name:>{WIDTH}} │', COLOURS.get(name, 90))} {text}\n")

    def say(self, text: str) -> None:
        self.line("stack", text)

    def problem(self, text: str) -> None:
        print(self.paint(f"make run: {text}", 31), file=sys.stderr, flush=True)  # noqa: T201

    def box(self, title: str, rows: list[tuple[str, str]]) -> None:
        label = max(len(name) for name, _ in rows)
        lines = [f"{name:<{label}}  {value}" if value else name for name, value in rows]
        width = max(map(len, [title, *lines]))
        rule = "─" * (width + 2)
        body = "".join(f"│ {line:<{width}} │\n" for line in lines)
        head = f"│ {self.paint(f'{title:<{width}}', 1)} │\n"
        self._write(f"\n╭{rule}╮\n{head}├{rule}┤\n{body}╰{rule}╯\n\n")

    def follow(self, name: str, stream: IO[bytes], awaited: str, heard: threading.Event) -> threading.Thread:
        """Show what a part says; `heard` is set once a line contains `awaited`."""
        work = (name, stream, awaited.encode(), heard)
        thread = threading.Thread(target=self._copy, args=work, name=f"output of {name}", daemon=True)
        thread.start()
        return thread

    def _copy(self, name: str, stream: IO[bytes], awaited: bytes, heard: threading.Event) -> None:
        with contextlib.suppress(ValueError):
            for line in iter(stream.readline, b""):
                if awaited in line:
                    heard.set()
                self.line(name, line.decode(errors="replace").rstrip())

    def _write(self, text: str) -> None:
        # A closed terminal or pipe must not stop the reading: the parts would block on a full pipe.
        with self.lock, contextlib.suppress(OSError, ValueError):
            sys.stdout.write(text)
            sys.stdout.flush()
