"""Questions to Meta about accounts and numbers, asked with a token that is not stored yet."""

import json
from typing import Any, Protocol
from urllib.parse import urlencode

from django.conf import settings

from apps.core.http import OutboundClient, TransportError

TIMEOUT = 15.0


class Refused(Exception):
    """Meta answered with an error: its code and its sentence."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Meta(Protocol):
    """Get, post or delete a Graph object; raises Refused or TransportError."""

    async def get(self, path: str, *, token: str, **query: str) -> dict[str, Any]: ...

    async def post(self, path: str, *, token: str, **query: str) -> dict[str, Any]: ...

    async def delete(self, path: str, *, token: str, **query: str) -> dict[str, Any]: ...


class GraphMeta:
    """The real one: `GRAPH_API_URL/GRAPH_API_VERSION`."""

    def __init__(self, client: OutboundClient) -> None:
        self._client = client

    async def get(self, path: str, *, token: str, **query: str) -> dict[str, Any]:
        return await self._ask("GET", path, token, query)

    async def post(self, path: str, *, token: str, **query: str) -> dict[str, Any]:
        return await self._ask("POST", path, token, query)

    async def delete(self, path: str, *, token: str, **query: str) -> dict[str, Any]:
        return await self._ask("DELETE", path, token, query)

    async def _ask(self, method: str, path: str, token: str, query: dict[str, str]) -> dict[str, Any]:
        address = f"{settings.GRAPH_API_URL}/{settings.GRAPH_API_VERSION}/{path}"
        url = f"{address}?{urlencode(query)}" if query else address
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._client.request(method, url, headers=headers, timeout=TIMEOUT)
        told = _as_object(answer.body)
        if answer.status >= 400 or "error" in told:
            raise _refusal(answer.status, told)
        return told


def _as_object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(status: int, told: dict[str, Any]) -> Exception:
    error = told.get("error")
    if not isinstance(error, dict):
        return TransportError(f"Meta answered {status} without saying why.")
    data = error.get("error_data")
    detail = data.get("details") if isinstance(data, dict) else data
    code = error.get("code")
    return Refused(code if isinstance(code, int) else status, str(detail or error.get("message") or status))
