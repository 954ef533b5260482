"""ClamAV, where `CLAMAV_ADDRESS` names one: `host:port` or `unix:/path`. When it is down, `MEDIA_SCANNER_DOWN` decides:
"refuse" (the default) or "accept"."""

import socket
import struct
from typing import IO

from django.conf import settings

from apps.core.logs import get_logger
from apps.media import refusals

_SECONDS = 30.0
_PORT = 3310
_CHUNK = 64 * 1024
log = get_logger(__name__)


class ScannerDown(Exception):
    """Nobody can say whether the file is clean."""


def require_clean(file: IO[bytes]) -> None:
    """Raises ValidationError when a virus is found, or when nobody can tell and the policy is to refuse."""
    if not settings.CLAMAV_ADDRESS:
        return
    try:
        signature = _signature_in(file)
    except ScannerDown as error:
        log.warning("media.scanner_down", error=str(error), policy=settings.MEDIA_SCANNER_DOWN)
        if settings.MEDIA_SCANNER_DOWN != "accept":
            raise refusals.refuse(refusals.UNCHECKED, "unchecked") from error
        return
    if signature:
        log.warning("media.infected", signature=signature)
        raise refusals.refuse(refusals.INFECTED, "infected")


def _signature_in(file: IO[bytes]) -> str:
    """Name of the virus, empty for a clean file (protocol: clamd(8), INSTREAM)."""
    file.seek(0)
    try:
        with _connect(settings.CLAMAV_ADDRESS) as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := file.read(_CHUNK):
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerDown(str(error)) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerDown(f"unexpected answer: {answer[:100]}")


def _answer(connection: socket.socket) -> str:
    with connection.makefile("rb") as stream:
        return stream.read(4096).rstrip(b"\0\n").decode("utf-8", "replace")


def _connect(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_SECONDS)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host or address, int(port) if host else _PORT), timeout=_SECONDS)
