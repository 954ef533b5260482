"""What an engine is handed: plain values, secrets already opened, the deadline already running."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.core.http import BlockedAddress, Pinned, TransportError, pin
from apps.datasources.errors import ConnectionFailed, TooSlow
from apps.datasources.fuse import Deadline
from apps.datasources.sentences import BLOCKED, NO_ANSWER, NOT_FOUND, SLOW, TIME_UP


@dataclass(slots=True)
class Target:
    """`file` is for SQLite, everything else for servers."""

    engine: str
    host: str = ""
    port: int = 0
    database: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    tls: str = "verify"
    file: Path | None = None
    deadline: Deadline = field(default_factory=Deadline)

    def pinned(self) -> Pinned:
        """Raises ConnectionFailed for a host that may not or cannot be reached."""
        try:
            return pin(self.engine, self.host, self.port, timeout=min(3.0, self.deadline.left))
        except BlockedAddress as error:
            raise ConnectionFailed(str(BLOCKED), permanent=True) from error
        except TransportError as error:
            raise ConnectionFailed(str(NOT_FOUND) % {"host": self.host}, permanent=False) from error

    def out_of_time(self) -> TooSlow:
        return TooSlow(str(TIME_UP if self.deadline.passed else SLOW))

    def unreachable(self) -> ConnectionFailed:
        told = {"host": self.host, "port": self.port}
        return ConnectionFailed(str(NO_ANSWER) % told, permanent=False)
