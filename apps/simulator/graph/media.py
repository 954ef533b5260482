"""Media: upload, look up, download with the token, delete; and resumable uploads of template samples."""

import hashlib
import hmac

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from apps.simulator.entities import JSON, Media
from apps.simulator.errors import GraphError, bad, missing
from apps.simulator.graph import http
from apps.simulator.service import Simulator

URL_SECONDS = 300
MB = 1024 * 1024
AUDIO = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
LIMITS = {
    **dict.fromkeys(AUDIO, 16 * MB),
    "image/jpeg": 5 * MB,
    "image/png": 5 * MB,
    "image/webp": 500 * 1024,
    "video/mp4": 16 * MB,
    "video/3gpp": 16 * MB,
    "text/plain": 100 * MB,
    "text/csv": 100 * MB,
}
DOCUMENT_LIMIT = 100 * MB


@http.endpoint("media")
async def upload(simulator: Simulator, request: Request) -> Response:
    http.number_for(simulator, request)
    async with request.form(max_part_size=DOCUMENT_LIMIT + MB) as form:
        if form.get("messaging_product") != "whatsapp":
            raise missing("messaging_product")
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise missing("file")
        mime_type = (file.content_type or str(form.get("type", ""))).lower()
        data = await file.read()
        name = file.filename or ""
    _check(mime_type.partition(";")[0].strip(), len(data))
    return http.JsonResponse({"id": simulator.world.add_media(data, mime_type, name).id})


def _check(mime_type: str, size: int) -> None:
    document = mime_type.startswith("application/") and mime_type != "application/octet-stream"
    limit = LIMITS.get(mime_type, DOCUMENT_LIMIT if document else 0)
    if not limit:
        raise bad(f"Param file must be a file with one of the supported types; received {mime_type or 'no type'}.")
    if not 0 < size <= limit:
        raise GraphError(131053, f"The file has {size} bytes; the limit for {mime_type} is {limit} bytes.")


def signature(simulator: Simulator, media_id: str, expires: int) -> str:
    key = simulator.config.app_secret.encode()
    return hmac.new(key, f"{media_id}:{expires}".encode(), hashlib.sha256).hexdigest()[:32]


def download_url(simulator: Simulator, media: Media) -> str:
    expires = int(simulator.world.clock.now()) + URL_SECONDS
    path = f"/lookaside/{media.id}/{expires}/{signature(simulator, media.id, expires)}"
    return simulator.config.base_url + path


def card(simulator: Simulator, media: Media) -> JSON:
    return {
        "messaging_product": "whatsapp",
        "url": download_url(simulator, media),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": len(media.data),
        "id": media.id,
    }


@http.endpoint("media_download")
async def download(simulator: Simulator, request: Request) -> Response:
    http.authorise(simulator, request)
    media_id, expires = request.path_params["id"], int(request.path_params["expires"])
    expected = signature(simulator, media_id, expires)
    if not hmac.compare_digest(expected, request.path_params["signature"]) or expires < simulator.world.clock.now():
        return Response("URL signature expired", 404)
    media = simulator.world.find_media(media_id)
    if media is None:
        return Response("Not found", 404)
    return Response(media.data, media_type=media.mime_type)


@http.endpoint("uploads")
async def start_resumable(simulator: Simulator, request: Request) -> Response:
    http.authorise(simulator, request)
    params = dict(request.query_params) | http.mapping(await http.json_body(request))
    if not params.get("file_type") or not params.get("file_length"):
        raise missing("file_type and file_length")
    media = simulator.world.add_media(b"", str(params["file_type"]), str(params.get("file_name", "")))
    return http.JsonResponse({"id": f"upload:{media.id}"})


@http.endpoint("uploads")
async def finish_resumable(simulator: Simulator, request: Request) -> Response:
    http.authorise(simulator, request)
    media = simulator.world.find_media(request.path_params["session"])
    if media is None:
        raise http.unknown(request.path_params["session"])
    media.data = await request.body()
    media.sha256 = hashlib.sha256(media.data).hexdigest()
    return http.JsonResponse({"h": f"4::{media.id}"})
