"""For what speaks another protocol than HTTP: resolve a host once, check every address, connect to one of those."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass

from apps.core.http.addresses import check_all, check_literal
from apps.core.http.errors import TransportError
from apps.core.http.pool import trusted_origins

_lookups = ThreadPoolExecutor(max_workers=8, thread_name_prefix="lookup")


@dataclass(frozen=True, slots=True)
class Pinned:
    """Where to connect: `address` is numeric and was checked; `host` is only for the certificate."""

    host: str
    address: str
    port: int

    def connect(self, timeout: float) -> socket.socket:
        """A TCP connection to the checked address; raises OSError."""
        return socket.create_connection((self.address, self.port), timeout)


def pin(scheme: str, host: str, port: int, *, timeout: float = 3.0) -> Pinned:
    """Raises BlockedAddress for anything that is not on the public internet, TransportError for an unknown host.

    Origins named in OUTBOUND_TRUSTED_ORIGINS (`postgresql://127.0.0.1:5432`) are not checked.
    """
    trusted = f"{scheme}://{host}:{port}" in trusted_origins()
    if not trusted:
        check_literal(host)
    addresses = _look_up(host, port, timeout)
    if not trusted:
        check_all(host, addresses)
    return Pinned(host, addresses[0], port)


def _look_up(host: str, port: int, timeout: float) -> list[str]:
    started = time.monotonic()
    try:
        answers = _lookups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(timeout)
    except (OSError, UnicodeError, Late) as error:
        waited = time.monotonic() - started
        raise TransportError(f"{host[:80]} was not found ({waited:.1f} s)", ambiguous=False) from error
    return [_numeric(answer[4]) for answer in answers]


def _numeric(address: tuple[object, ...]) -> str:
    """With its zone, if it has one: such an address is never public."""
    zone = address[3] if len(address) == 4 else 0
    host = str(address[0])
    return f"{host}%{zone}" if zone and "%" not in host else host
