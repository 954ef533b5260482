"""The last fence against a server that answers slowly or never: at the deadline the connection is cut."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 5.0


class Deadline:
    """Five seconds for everything, from the first look-up to the last row."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.ends = time.monotonic() + seconds
        self.blown = False

    @property
    def left(self) -> float:
        """Seconds, never quite nothing."""
        return max(self.ends - time.monotonic(), 0.05)

    @property
    def passed(self) -> bool:
        return self.blown or time.monotonic() >= self.ends

    @contextmanager
    def cutting(self, descriptor: int) -> Iterator[None]:
        """Shut the socket behind `descriptor` down at the deadline, whoever reads from it, TLS or not."""
        double = socket.socket(fileno=os.dup(descriptor))
        timer = threading.Timer(self.left, self._cut, [double])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            double.close()

    def _cut(self, double: socket.socket) -> None:
        self.blown = True
        try:
            double.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
