"""The webhook door: a bare ASGI application. Signature verified, raw body committed, then 200. Nothing is parsed here.

Concurrent posts share commits: whatever is queued while one commit runs goes into the next one.
"""

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from apps.core import correlation, metrics
from apps.core.logs import get_logger
from apps.core.wake import wake
from apps.whatsapp.journal import Journal, JournalDown, Line
from apps.whatsapp.signers import SecretsUnknown, Signers

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = get_logger(__name__)
MAX_BODY = 4 * 1024 * 1024
_PREFIX = b"sha256="
_WAKE_SECONDS = 0.02
_STORED = metrics.WEBHOOKS.labels("stored")


class TooLarge(Exception):
    """The body is over what Meta may send."""


class Door:
    """`await door(scope, receive, send)` for HTTP scopes; one instance per process."""

    def __init__(self, journal: Journal | None = None, signers: Signers | None = None) -> None:
        self.journal = journal or Journal()
        self.signers = signers or Signers()
        self._waking: asyncio.Task[None] | None = None
        self._wake_again = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = {"POST": self._post, "GET": self._handshake}.get(scope["method"])
        status, body = (405, b"") if handler is None else await handler(scope, receive)
        await _answer(send, status, body)

    async def _post(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        try:
            body = await _read(scope, receive)
        except TooLarge:
            return counted("too_large", 413), b""
        return await self.take(digest_in(scope["headers"]), body), b""

    async def take(self, digest: bytes | None, body: bytes) -> int:
        """Check a delivery against its signature (`digest_in`) and keep it; the answer's status once it is durable."""
        try:
            signer = await self.signers.of(digest, body)
        except SecretsUnknown as error:
            log.error("signature not checked", error=str(error))
            return counted("unavailable", 503)
        if signer is None:
            return counted("forged", 403)
        return await self._store(Line(hashlib.sha256(body).digest(), body, signer, correlation.new()))

    async def _store(self, line: Line) -> int:
        try:
            await self.journal.write(line)
        except JournalDown as error:
            log.error("delivery not stored", error=str(error))
            return counted("unavailable", 503)
        self._wake()
        _STORED.inc()
        return 200

    async def _handshake(self, scope: Scope, _receive: Receive) -> tuple[int, bytes]:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        mode, token, challenge = (query.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge"))
        try:
            if mode == "subscribe" and await self.signers.knows_verify_token(token):
                return 200, challenge.encode()
        except SecretsUnknown:
            return counted("unavailable", 503), b""
        return counted("bad_handshake", 403), b""

    def _wake(self) -> None:
        """The first commit wakes at once; those that follow ask together, every 20 ms."""
        if self._waking is not None and not self._waking.done():
            self._wake_again = True
            return
        self._waking = asyncio.create_task(self._wake_until_quiet())

    async def _wake_until_quiet(self) -> None:
        again = True
        while again:
            self._wake_again = False
            await asyncio.to_thread(wake, "whatsapp.drain")
            await asyncio.sleep(_WAKE_SECONDS)
            again = self._wake_again

    async def close(self) -> None:
        """Finish what was accepted, then give the connections back."""
        if self._waking is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._waking
        await self.journal.close()


def digest_in(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The 64 hex bytes of `X-Hub-Signature-256`, or None when missing or malformed; names are in lower case."""
    for name, value in headers:
        if name == b"x-hub-signature-256":
            return value[7:] if value.startswith(_PREFIX) and len(value) == 71 else None
    return None


def signature(app_secret: str, body: bytes) -> str:
    """What Meta's header must hold for this body (Meta's guide to webhooks)."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


async def _read(scope: Scope, receive: Receive) -> bytes:
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLarge
        chunks.append(chunk)
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def counted(outcome: str, status: int) -> int:
    metrics.WEBHOOKS.labels(outcome).inc()
    return status


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
