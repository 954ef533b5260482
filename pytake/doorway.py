"""How posts reach the webhook door: straight from uvicorn's parser (`uvicorn --http pytake.doorway:Doorway`).

An ASGI scope, its events and their checks cost a post twice what its signature and its row do. Everything else, and a
post on a connection that still waits for another answer, goes the ordinary way and meets the same door (ADR 15).
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from apps.whatsapp.door import MAX_BODY, counted, digest_in
from pytake.asgi import WEBHOOK_PATH, door

_PATH = WEBHOOK_PATH.encode()


class _Post:
    """A post under way, as far as uvicorn's protocol asks a request about itself."""

    __slots__ = ("body", "disconnected", "is_too_large", "keep_alive", "message_event", "response_complete")

    def __init__(self, *, keep_alive: bool) -> None:
        self.body = b""
        self.keep_alive = keep_alive
        self.disconnected = self.is_too_large = self.response_complete = False
        self.message_event = _Nobody

    def take(self, chunk: bytes) -> None:
        self.is_too_large = self.is_too_large or len(self.body) + len(chunk) > MAX_BODY
        if not self.is_too_large:
            self.body += chunk


class _Nobody:
    """Stands for the event on which an ASGI application would wait."""

    @staticmethod
    def set() -> None:
        return None


class Doorway(HttpToolsProtocol):
    cycle: Any

    def on_headers_complete(self) -> None:
        if self._is_post():
            self.cycle = _Post(keep_alive=self.parser.should_keep_alive())
        else:
            super().on_headers_complete()

    def _is_post(self) -> bool:
        free = self.cycle is None or self.cycle.response_complete
        return free and self.url == _PATH and self.parser.get_method() == b"POST" and not self.expect_100_continue

    def on_body(self, body: bytes) -> None:
        if isinstance(self.cycle, _Post):
            self.cycle.take(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not isinstance(self.cycle, _Post):
            super().on_message_complete()
            return
        task = asyncio.ensure_future(self._answer(self.cycle, digest_in(self.headers)))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, post: _Post, digest: bytes | None) -> None:
        try:
            status = counted("too_large", 413) if post.is_too_large else await door.take(digest, post.body)
        except BaseException:
            self.transport.close()  # no answer: Meta tries again
            raise
        post.response_complete = True
        if post.disconnected:
            return
        self.transport.write(_head(status, post.keep_alive))
        if not post.keep_alive:
            self.transport.close()
        self.on_response_complete()


def _head(status: int, keep_alive: bool) -> bytes:
    return _HEADS.get((status, keep_alive)) or _HEADS.setdefault((status, keep_alive), _made(status, keep_alive))


def _made(status: int, keep_alive: bool) -> bytes:
    closing = b"" if keep_alive else b"connection: close\r\n"
    return b"HTTP/1.1 %d %s\r\ncontent-length: 0\r\n%s\r\n" % (status, HTTPStatus(status).phrase.encode(), closing)


_HEADS: dict[tuple[int, bool], bytes] = {}
