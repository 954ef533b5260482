"""The only way out of the house. Resolves once, checks every address, connects to that very one, rechecks each hop."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson
from yarl import URL

from apps.core.http.addresses import check_literal
from apps.core.http.errors import BlockedAddress, TransportError
from apps.core.http.pool import Pool, acquire, origin_of, release, trusted_origins

MAX_BYTES = 10 * 1024 * 1024
MAX_REDIRECTS = 3
MAX_URL = 4_096
CONNECT_SECONDS = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
# Characters on which URL parsers disagree about where the host ends.
_TREACHEROUS = re.compile(r"[\x00-\x20\x7f\\]")

Body = bytes | str | Mapping[str, str] | aiohttp.FormData


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """`headers` are case-insensitive; `body` is complete and within the caller's `max_bytes`."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Raises ValueError when the body is no JSON."""
        return orjson.loads(self.body)


class OutboundClient:
    """`async with OutboundClient() as client:`; clients on one event loop share one pool, so opening one is cheap."""

    __slots__ = ("_pool", "_trusted")

    def __init__(self) -> None:
        self._pool: Pool | None = None
        self._trusted = trusted_origins()

    async def __aenter__(self) -> Self:
        self._pool = acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await release(pool)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Body | None = None,
        timeout: float = 20.0,
        max_bytes: int = MAX_BYTES,
        secret_headers: Collection[str] = (),
    ) -> OutboundResponse:
        """One request; only a GET follows redirects, at most three. `timeout` in seconds covers everything.
        `secret_headers` stay behind, as Authorization does, when a redirect leads to another origin.

        Raises TransportError; an HTTP error status is an answer, not an error.
        """
        target = parse_url(url)
        sent = dict(headers) if headers else {}
        if json is not None:
            data = orjson.dumps(json)
            sent.setdefault("Content-Type", "application/json")
        if method == "GET":
            left_behind = SECRET_HEADERS | {name.lower() for name in secret_headers}
            return await self._follow(target, sent, timeout, max_bytes, left_behind)
        return await self._once(method, target, sent, data, timeout, max_bytes, self._is_trusted(target))

    async def _follow(
        self, url: URL, headers: dict[str, str], timeout: float, max_bytes: int, left_behind: Collection[str]
    ) -> OutboundResponse:
        ends = time.monotonic() + timeout
        trusted = self._is_trusted(url)
        for _ in range(MAX_REDIRECTS + 1):
            left = max(ends - time.monotonic(), 0.001)
            answer = await self._once("GET", url, headers, None, left, max_bytes, trusted)
            if answer.status not in REDIRECTS or "Location" not in answer.headers:
                return answer
            target = parse_url(answer.headers["Location"], base=url)
            if origin_of(target) != origin_of(url):
                headers = {name: value for name, value in headers.items() if name.lower() not in left_behind}
            # A stranger's redirect gets no further than the stranger could: trust is never inherited.
            url, trusted = target, trusted and self._is_trusted(target)
        raise TransportError(f"more than {MAX_REDIRECTS} redirects", ambiguous=False)

    def _is_trusted(self, url: URL) -> bool:
        return bool(self._trusted) and origin_of(url) in self._trusted

    async def _once(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        data: Any,
        timeout: float,
        max_bytes: int,
        trusted: bool,
    ) -> OutboundResponse:
        if self._pool is None:
            raise RuntimeError("OutboundClient is used outside `async with`")
        if not trusted:
            check_literal(url.raw_host or "")  # names are checked by the resolver of the checked session
        session = self._pool.trusted if trusted else self._pool.checked
        # Connecting ends well before the whole does, so a timeout of the whole means that the request was written.
        limits = aiohttp.ClientTimeout(total=timeout, connect=min(CONNECT_SECONDS, timeout / 2))
        try:
            async with session.request(
                method, url, headers=headers, data=data, timeout=limits, allow_redirects=False
            ) as answer:
                return OutboundResponse(answer.status, answer.headers, await _read(answer, max_bytes))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise TransportError(f"no connection: {error}", ambiguous=False) from error
        except TimeoutError as error:
            raise TransportError(f"no answer within {timeout:.0f} s", ambiguous=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TransportError(f"broken connection: {type(error).__name__}: {error}", ambiguous=True) from error


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The body, unpacked; stops as soon as it is longer than allowed."""
    if (answer.content_length or 0) > max_bytes:
        raise TransportError(f"the answer is longer than {max_bytes} bytes", ambiguous=True)
    parts, size = [], 0
    while part := await answer.content.readany():
        size += len(part)
        if size > max_bytes:
            raise TransportError(f"the answer is longer than {max_bytes} bytes", ambiguous=True)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


@lru_cache(maxsize=1024)  # a number's address is the same for every message
def parse_url(text: str, base: URL | None = None) -> URL:
    """An absolute http(s) URL, parsed once and by the same parser that connects; raises BlockedAddress."""
    if len(text) > MAX_URL or _TREACHEROUS.search(text):
        raise BlockedAddress("the address contains characters that have no place in one")
    try:
        url = URL(text) if base is None else base.join(URL(text))
        whole = url.scheme in ("http", "https") and bool(url.raw_host) and url.port is not None
    except ValueError as error:
        raise BlockedAddress(f"not an address: {error}") from None
    if not whole:
        raise BlockedAddress("the address does not start with http:// or https://")
    if url.raw_user or url.raw_password:
        raise BlockedAddress("the address contains a user name or password")
    return url


def multipart(fields: Mapping[str, str], name: str, data: bytes, *, filename: str, mime: str) -> aiohttp.FormData:
    """A form with one file, as `data` of a request."""
    form = aiohttp.FormData(dict(fields))
    form.add_field(name, data, filename=filename, content_type=mime)
    return form
