"""Fetching a file: the member's right is asked for each time, also for a part and for "not modified"."""

import uuid

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe

from apps.core.logs import get_logger
from apps.media import access
from apps.media.models import StoredFile
from apps.media.ranges import Part, Unsatisfiable, wanted_part
from apps.media.storage import CHUNK, Missing, media_storage
from apps.media.types import INLINE

_INLINE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
_ATTACHED_POLICY = "default-src 'none'; sandbox"
log = get_logger(__name__)


class _Stream(FileResponse):
    block_size = CHUNK


@require_safe
def file(request: HttpRequest, slug: str, file_id: uuid.UUID) -> HttpResponseBase:
    """One stored file of the organisation in the path; what may not be seen does not exist."""
    stored = StoredFile.objects.filter(pk=file_id).first()
    if stored is None or not access.is_allowed(request.membership, stored):  # type: ignore[attr-defined]
        raise Http404
    etag, modified = f'"{stored.sha256[:40]}"', int(stored.created_at.timestamp())
    response = get_conditional_response(request, etag, modified) or _answer(request, stored, etag, modified)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    return _guarded(response, stored)


def _answer(request: HttpRequest, stored: StoredFile, etag: str, modified: int) -> HttpResponseBase:
    link = settings.MEDIA_PRESIGNED and media_storage().link(
        stored.key, mime=_mime(stored), disposition=_disposition(stored)
    )
    if link:
        return HttpResponseRedirect(link)
    try:
        part = wanted_part(request, size=stored.size, etag=etag, modified=modified)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    response = _content(request, stored, part or Part(0, stored.size))
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{stored.size}"
    return response


def _content(request: HttpRequest, stored: StoredFile, part: Part) -> HttpResponseBase:
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=_mime(stored))
    else:
        response = _streamed(stored, part)
    response["Content-Length"] = str(part.length)
    response["Accept-Ranges"] = "bytes"
    return response


def _streamed(stored: StoredFile, part: Part) -> HttpResponseBase:
    try:
        return _Stream(media_storage().span(stored.key, part.start, part.length), content_type=_mime(stored))
    except Missing as error:
        log.warning("media.missing", file=str(stored.pk))
        raise Http404 from error


def _guarded(response: HttpResponseBase, stored: StoredFile) -> HttpResponseBase:
    """No browser runs it, guesses about it, shows it elsewhere or keeps it past the member's right to see it."""
    response["Content-Disposition"] = _disposition(stored)
    response["Content-Security-Policy"] = _INLINE_POLICY if _is_inline(stored) else _ATTACHED_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    return response


def _is_inline(stored: StoredFile) -> bool:
    return stored.kind != StoredFile.Kind.DOCUMENT and stored.mime in INLINE


def _mime(stored: StoredFile) -> str:
    return f"{stored.mime}; charset=utf-8" if stored.mime.startswith("text/") else stored.mime


def _disposition(stored: StoredFile) -> str:
    return content_disposition_header(not _is_inline(stored), stored.name) or "attachment"
