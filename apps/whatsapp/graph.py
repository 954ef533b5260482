"""Calls to Meta's Graph API: where it is, who we are, and one place that decides what a bad answer means."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from apps.core.http import BlockedAddress, OutboundClient, OutboundResponse, TransportError
from apps.whatsapp.errors import NO_ANSWER, UNREADABLE, GraphError, graph_error_from_response

JSONObject = dict[str, Any]
TIMEOUT = 20.0
PAGES = 100  # of at most 100 rows each
TOKEN_DEAD = 190


class GraphClient:
    """`token` is sent as bearer with every call. Each call is exactly one request; nothing is retried here.

    Raises GraphError and nothing else. Parts of a path are quoted, so an id can never lead somewhere else.
    """

    __slots__ = ("_base", "_headers", "_http")

    def __init__(self, http: OutboundClient, token: str, *, api_url: str = "", version: str = "") -> None:
        if not (token and token.isascii() and token.isprintable()) or " " in token:
            raise GraphError(TOKEN_DEAD, "the access token is empty or malformed", ambiguous=False)
        self._http = http
        self._base = f"{(api_url or settings.GRAPH_API_URL).rstrip('/')}/{version or settings.GRAPH_API_VERSION}/"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, *path: str, **params: str) -> JSONObject:
        return await self._call("GET", path, params)

    async def post(self, *path: str, json: Any = None, data: Any = None, timeout: float = TIMEOUT) -> JSONObject:
        return await self._call("POST", path, {}, json=json, data=data, timeout=timeout)

    async def delete(self, *path: str, json: Any = None, **params: str) -> JSONObject:
        return await self._call("DELETE", path, params, json=json)

    async def rows(self, *path: str, **params: str) -> AsyncIterator[JSONObject]:
        """Every row of a paged list."""
        for _ in range(PAGES):
            page = await self.get(*path, **{"limit": "100", **params})
            data = page.get("data")
            for row in data if isinstance(data, list) else ():
                if isinstance(row, dict):
                    yield row
            after = _next_cursor(page)
            if after is None:
                return
            params = {**params, "after": after}

    async def download(self, url: str, *, max_bytes: int, timeout: float = 60.0) -> bytes:
        """A file from an address that the Graph API gave; the token goes with it, so never in plain text."""
        if not url.startswith("https://") and _origin(url) != _origin(self._base):
            raise GraphError(UNREADABLE, "the address of the file is not encrypted", ambiguous=False)
        try:
            answer = await self._http.request("GET", url, headers=self._headers, timeout=timeout, max_bytes=max_bytes)
        except TransportError as error:
            raise _no_answer(error, reading=True) from error
        if answer.status != 200:
            raise graph_error_from_response(answer.status, answer.body, answer.headers, ambiguous=False)
        return answer.body

    async def _call(
        self,
        method: str,
        path: tuple[str, ...],
        params: Mapping[str, str],
        *,
        json: Any = None,
        data: Any = None,
        timeout: float = TIMEOUT,
    ) -> JSONObject:
        if not all(path) or {".", ".."} & set(path):
            raise GraphError(UNREADABLE, "an id is missing or malformed", ambiguous=False)
        url = self._base + "/".join(quote(part, safe="") for part in path)
        if params:
            url += "?" + urlencode(params)
        try:
            answer = await self._http.request(method, url, headers=self._headers, json=json, data=data, timeout=timeout)
        except TransportError as error:
            raise _no_answer(error, reading=method == "GET") from error
        return _read_object(answer, reading=method == "GET")


def _read_object(answer: OutboundResponse, *, reading: bool) -> JSONObject:
    """Reading changes nothing at Meta, so nothing about it can be left open."""
    decided = False if reading else None
    if not 200 <= answer.status < 300:
        raise graph_error_from_response(answer.status, answer.body, answer.headers, ambiguous=decided)
    try:
        root = answer.json()
    except ValueError:
        root = None
    if not isinstance(root, dict):
        raise GraphError(UNREADABLE, "the answer is no JSON object", http_status=answer.status, ambiguous=not reading)
    if "error" in root:
        raise graph_error_from_response(answer.status, answer.body, answer.headers, ambiguous=decided)
    return root


def _no_answer(error: TransportError, *, reading: bool) -> GraphError:
    code = UNREADABLE if isinstance(error, BlockedAddress) else NO_ANSWER
    return GraphError(code, error.reason, ambiguous=error.ambiguous and not reading)


def _next_cursor(page: JSONObject) -> str | None:
    paging = page.get("paging")
    if not isinstance(paging, dict) or "next" not in paging:
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
