"""Pages without a browser: they look at one conversation, catch up after every gap, and connect again as pages do."""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp

_WORDS = re.compile(r"live (\d+)\b")
_LINES = re.compile(r'data-sort="([0-9a-f]{8}-[0-9a-f-]{27})"')
RETRY = 0.1


@dataclass(eq=False)
class LivePage:
    """`seen` are the numbers of the lines it shows; `slowest` the longest way back to all that a cut made it miss."""

    site: str
    slug: str
    session: aiohttp.ClientSession
    conversation: str
    seen: set[int] = field(default_factory=set)
    frames: list[dict[str, Any]] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)
    slowest: float = 0.0
    cuts: int = 0
    last: int | None = None
    as_of: str = ""
    newest: str = str(UUID(int=0))
    _socket: Any = None
    _cut_at: float | None = None

    @property
    def address(self) -> str:
        return f"{self.site}/o/{self.slug}"

    @property
    def is_connected(self) -> bool:
        return self._socket is not None and self._cut_at is None

    async def open(self) -> None:
        self.as_of = datetime.now(UTC).isoformat()
        self._task = asyncio.create_task(self._live())

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self.session.close()

    def cut(self) -> None:
        """The network goes, without a goodbye."""
        if self._socket is None or self._cut_at is not None:
            return
        self.cuts, self._cut_at = self.cuts + 1, time.monotonic()
        transport = self._socket._writer.transport
        transport.abort()

    async def _live(self) -> None:
        while True:
            with suppress(aiohttp.ClientError, OSError, asyncio.TimeoutError):
                await self._connected()
            self._socket = None
            await asyncio.sleep(RETRY)

    async def _connected(self) -> None:
        query = {} if self.last is None else {"after": str(self.last)}
        headers = {"Origin": self.site}
        async with self.session.ws_connect(f"{self.address}/live/", params=query, headers=headers) as socket:
            await socket.send_json({"type": "view", "conversation": self.conversation, "as_of": self.as_of})
            self._socket = socket
            async for message in socket:
                await self._receive(message.json())
            self.codes.append(socket.close_code)

    async def _receive(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if frame["type"] == "gap":
            await self._catch_up()  # a failure leaves `last` as it was: the next connection catches up
        self._show(frame.get("html", ""))
        if isinstance(frame.get("seq"), int):
            self.last = frame["seq"]
        if self._cut_at is not None and frame["type"] in ("gap", "hello"):
            self.slowest = max(self.slowest, time.monotonic() - self._cut_at)
            self._cut_at = None

    async def _catch_up(self) -> None:
        rest = f"tab=all&conversation={self.conversation}&line={self.newest}"
        while rest:
            async with self.session.get(f"{self.address}/conversations/catchup/?{rest}") as answer:
                answer.raise_for_status()
                self._show(await answer.text())
                rest = answer.headers.get("X-Rest", "")

    def _show(self, html: str) -> None:
        self.seen |= {int(number) for number in _WORDS.findall(html)}
        self.newest = max([self.newest, *_LINES.findall(html)])


async def logged_in(site: str, email: str, password: str) -> aiohttp.ClientSession:
    """A browser's session; raises when the login is refused."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(20))
    try:
        await post_form(session, site, "/accounts/login/", username=email, password=password)
        assert any(cookie.key == "sessionid" for cookie in session.cookie_jar), f"{email} was not let in"
    except BaseException:
        await session.close()
        raise
    return session


async def post_form(session: aiohttp.ClientSession, site: str, path: str, **fields: str) -> None:
    """Fetch a page for its token, then post to it."""
    async with session.get(f"{site}{path if path.endswith('login/') else '/accounts/profile/'}") as page:
        page.raise_for_status()
    token = next(cookie.value for cookie in session.cookie_jar if cookie.key == "csrftoken")
    headers = {"Referer": f"{site}{path}", "Origin": site, "X-CSRFToken": token}
    async with session.post(f"{site}{path}", data=fields, headers=headers) as answer:
        answer.raise_for_status()
