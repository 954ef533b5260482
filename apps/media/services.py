"""Taking a file in: limits, type by content, virus scan, pictures written anew, then storage and row."""

import hashlib
import io
from dataclasses import dataclass, replace
from typing import IO, Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile

from apps.core.clock import now
from apps.core.ids import uuid7
from apps.core.text import clean_name
from apps.media import images, refusals, scanning, sniffing
from apps.media.containers import size_of
from apps.media.models import StoredFile
from apps.media.storage import media_storage
from apps.media.types import (
    ANIMATED_STICKER_LIMIT,
    DOCUMENT,
    IMAGE,
    KB,
    KNOWN_EXTENSIONS,
    LARGEST_UPLOAD,
    SENDABLE,
    SENDING_LIMITS,
    STICKER,
    STICKER_LIMIT,
    STICKER_SIDE,
    TYPES,
    UPLOAD_LIMITS,
    families_of,
    likely_kind,
)
from apps.organizations.tenancy import current_organization_id

NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A file that passed every check; `body` is what will be stored."""

    body: IO[bytes]
    kind: str
    found: sniffing.Found


def store_upload(uploaded: "UploadedFile[Any]", *, kind: str | None = None) -> StoredFile:
    """Keep a person's upload in the organisation in scope; raises ValidationError with what to do instead.

    `kind` is what it shall be sent as ("document" takes anything, "sticker" only WebP); by content when not given.
    """
    content: IO[bytes] = uploaded.file  # type: ignore[assignment]
    return _store(content, name=uploaded.name or "", declared=uploaded.content_type or "", kind=kind)


def store_bytes(data: bytes, *, name: str, declared_mime: str, kind: str | None = None) -> StoredFile:
    """Keep what came from elsewhere (a customer's media) under the same rules as an upload."""
    return _store(io.BytesIO(data), name=name, declared=declared_mime, kind=kind)


def remove(stored: StoredFile) -> None:
    """Delete the row, and the bytes once that is committed."""
    stored.delete()


def _store(file: IO[bytes], *, name: str, declared: str, kind: str | None) -> StoredFile:
    accepted = _accept(file, name, declared, kind)
    file_id, file_type = uuid7(), TYPES[accepted.found.mime]
    key = f"{current_organization_id()}/{now():%Y/%m}/{file_id}.{file_type.extension}"
    accepted.body.seek(0)
    stored = StoredFile(
        id=file_id,
        kind=accepted.kind,
        key=key,
        name=tidy_name(name, accepted.found.mime),
        mime=accepted.found.mime,
        sha256=hashlib.file_digest(accepted.body, "sha256").hexdigest(),  # type: ignore[arg-type]
        size=size_of(accepted.body),
        width=accepted.found.width,
        height=accepted.found.height,
        duration=accepted.found.duration,
    )
    return _keep(stored, accepted.body)


def _keep(stored: StoredFile, body: IO[bytes]) -> StoredFile:
    """Bytes first, so that no row ever points to nothing."""
    storage = media_storage()
    body.seek(0)
    storage.save(stored.key, File(body, name=stored.key))
    try:
        stored.save(force_insert=True)
    except BaseException:
        storage.delete(stored.key)
        raise
    return stored


def _accept(file: IO[bytes], name: str, declared: str, kind: str | None) -> _Accepted:
    size = size_of(file)
    if size == 0:
        raise refusals.refuse(refusals.EMPTY, "empty")
    if size > LARGEST_UPLOAD:
        likely = kind or likely_kind(declared, name)
        raise refusals.too_large(likely, UPLOAD_LIMITS[likely])
    found = sniffing.sniff(file, name)
    natural = TYPES[found.mime].kind
    _require_honest(natural, declared, name)
    chosen = _chosen_kind(kind, found.mime, natural)
    limit = min(UPLOAD_LIMITS[chosen], UPLOAD_LIMITS[natural])
    if size > limit:
        raise refusals.too_large(chosen, limit)
    scanning.require_clean(file)
    return _rewritten(file, chosen, found) if natural == IMAGE else _Accepted(file, chosen, found)


def _require_honest(natural: str, declared: str, name: str) -> None:
    for families in (families_of(declared, name), families_of("", name)):
        if families and natural not in families:
            raise refusals.refuse(refusals.DISGUISED, "disguised")


def _chosen_kind(kind: str | None, mime: str, natural: str) -> str:
    if kind in {None, natural, DOCUMENT}:
        return kind or natural
    if kind == STICKER and mime == "image/webp":
        return kind
    raise refusals.refuse(refusals.NOT_THE_KIND[kind or natural], "not_the_kind")


def _rewritten(file: IO[bytes], kind: str, found: sniffing.Found) -> _Accepted:
    file.seek(0)
    picture = images.rewrite(file.read(), sticker=kind == STICKER)
    facts = replace(found, mime=picture.mime, width=picture.width, height=picture.height)
    return _Accepted(io.BytesIO(picture.data), kind, facts)


def tidy_name(raw: str, mime: str) -> str:
    """A name to show and to download under: no path, no bidi tricks, the extension of what it really is."""
    base = clean_name(raw.replace("\\", "/").rpartition("/")[2], NAME_LENGTH * 2).strip(". ")
    stem, dot, extension = base.rpartition(".")
    extension = extension.lower()
    if not dot or extension not in KNOWN_EXTENSIONS:
        stem, extension = base, ""
    if extension not in TYPES[mime].extensions:
        extension = TYPES[mime].extension
    stem = stem[: NAME_LENGTH - len(extension) - 1].strip(". ") or TYPES[mime].kind
    return f"{stem}.{extension}"


def require_sendable(stored: StoredFile) -> None:
    """Raises ValidationError when WhatsApp would not take it as what it is (limits: Cloud API media table)."""
    if stored.kind == STICKER:
        return _require_sendable_sticker(stored)
    accepted = SENDABLE.get(stored.kind)
    if accepted is not None and stored.mime not in accepted:
        raise refusals.refuse(refusals.CANNOT_SEND[stored.kind], "cannot_send")
    if stored.size > SENDING_LIMITS[stored.kind]:
        raise refusals.too_large(stored.kind, SENDING_LIMITS[stored.kind])


def _require_sendable_sticker(stored: StoredFile) -> None:
    if stored.mime not in SENDABLE[STICKER] or (stored.width, stored.height) != (STICKER_SIDE, STICKER_SIDE):
        raise refusals.refuse(refusals.CANNOT_SEND[STICKER], "cannot_send")
    with stored.open() as file:
        limit = ANIMATED_STICKER_LIMIT if images.is_animated_webp(file.read(32)) else STICKER_LIMIT
    if stored.size > limit:
        raise refusals.refuse(refusals.STICKER_TOO_LARGE, "too_large", limit=limit // KB)
