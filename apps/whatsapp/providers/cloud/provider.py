"""Sending through Meta's Cloud API."""

from typing import Any

from apps.core.http import multipart
from apps.whatsapp.errors import UNREADABLE, GraphError
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.providers.base import MediaInfo, SendRequest, SendResult
from apps.whatsapp.providers.cloud.builders import build_message, build_read_receipt
from apps.whatsapp.providers.limits import validate

SEND_SECONDS = 30.0
UPLOAD_SECONDS = 120.0
JSONObject = dict[str, Any]


class CloudProvider:
    """One number. `graph` carries the account's token; several numbers may share it."""

    __slots__ = ("_graph", "_number")

    def __init__(self, graph: GraphClient, phone_number_id: str) -> None:
        self._graph = graph
        self._number = phone_number_id

    async def send(self, request: SendRequest) -> SendResult:
        validate(request.kind, request.content)
        body = build_message(request)
        return read_send_result(await self._graph.post(self._number, "messages", json=body, timeout=SEND_SECONDS))

    async def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        await self._graph.post(self._number, "messages", json=build_read_receipt(wamid, typing=typing))

    async def upload_media(self, data: bytes, *, mime: str, filename: str) -> str:
        fields = {"messaging_product": "whatsapp", "type": mime}
        form = multipart(fields, "file", data, filename=filename, mime=mime)
        answer = await self._graph.post(self._number, "media", data=form, timeout=UPLOAD_SECONDS)
        return _need_text(answer, "id")

    async def media_info(self, media_id: str) -> MediaInfo:
        answer = await self._graph.get(media_id, phone_number_id=self._number)
        size = str(answer.get("file_size", ""))
        return MediaInfo(
            id=media_id,
            url=_need_text(answer, "url"),
            mime=_text(answer, "mime_type"),
            sha256=_text(answer, "sha256"),
            size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else None,
        )

    async def download_media(self, media_id: str, *, max_bytes: int) -> bytes:
        """Looks the address up anew each time, since one only works for five minutes."""
        info = await self.media_info(media_id)
        return await self._graph.download(info.url, max_bytes=max_bytes)

    async def delete_media(self, media_id: str) -> None:
        await self._graph.delete(media_id)


def read_send_result(answer: JSONObject) -> SendResult:
    """An answer without an id was accepted all the same, so it is ambiguous, not refused."""
    message, contact = _first(answer, "messages"), _first(answer, "contacts")
    return SendResult(
        wamid=_need_text(message, "id"),
        wa_id=_text(contact, "wa_id") or None,
        user_id=_text(contact, "user_id") or None,
        message_status=_text(message, "message_status") or "accepted",
    )


def _first(answer: JSONObject, key: str) -> JSONObject:
    items = answer.get(key)
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}


def _text(answer: JSONObject, key: str) -> str:
    value = answer.get(key)
    return value if isinstance(value, str) else ""


def _need_text(answer: JSONObject, key: str) -> str:
    value = _text(answer, key)
    if not value:
        raise GraphError(UNREADABLE, f"the answer has no {key}", http_status=200, ambiguous=True)
    return value
