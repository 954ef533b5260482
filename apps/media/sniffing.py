"""What a file is by its content. Names and declared types are claims to be compared, never believed."""

import codecs
import re
from dataclasses import dataclass
from typing import IO

import puremagic

from apps.media import archives, containers, refusals
from apps.media.containers import Track, read_at
from apps.media.types import ACTIVE_EXTENSIONS

_HEAD = 4096
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "webm"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"ID3", "audio/mpeg"),
)
_PROGRAMS = (
    b"\x7fELF",
    b"MZ\x90",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\0asm",
)
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")
_MARKUP = re.compile(
    rb"\s*<(\?|!|[a-z])|<(html|script|svg|iframe|body|head|object|embed|img|meta|link|!doctype)\b", re.IGNORECASE
)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SURE_ENOUGH = 0.4


@dataclass(frozen=True, slots=True)
class Found:
    mime: str
    duration: float | None = None
    width: int | None = None
    height: int | None = None


def sniff(file: IO[bytes], name: str) -> Found:
    """The type by content; raises ValidationError for what is not taken."""
    if extension_of(name) in ACTIVE_EXTENSIONS:
        raise refusals.refuse(refusals.ACTIVE, "active")
    head = read_at(file, 0, _HEAD)
    if head.startswith(_PROGRAMS):
        raise refusals.refuse(refusals.ACTIVE, "active")
    signature = _signature(head)
    found = _inside(signature, file, head) if signature else Found(_text(file, name))
    if not found.mime:
        raise refusals.refuse(refusals.UNKNOWN, "unknown")
    return found


def extension_of(name: str) -> str:
    return name.strip(" .").rpartition(".")[2].lower() if "." in name else ""


def _signature(head: bytes) -> str:
    for offset, mark, mime in _SIGNATURES:
        if head.startswith(mark, offset) and (offset != 8 or head.startswith(b"RIFF")):
            return mime
    return _mpeg_audio(head)


def _mpeg_audio(head: bytes) -> str:
    """Raw MP3 or AAC frames: their sync bits with fields that are not reserved."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    valid = head[1] & 0x18 != 0x08 and head[1] & 0x06 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C
    return "audio/mpeg" if valid else ""


def _inside(signature: str, file: IO[bytes], head: bytes) -> Found:
    if signature == "zip":
        return Found(archives.zip_mime(file))
    if signature == "ole":
        return Found(archives.ole_mime(file))
    if signature == "ogg":
        return _of_track(containers.ogg(file))
    if signature == "webm":
        return _of_track(containers.webm(head))
    if signature == "mp4":
        return _of_track(_mp4(file, head))
    return Found(signature)


def _mp4(file: IO[bytes], head: bytes) -> Track:
    if head[8:12] in _HEIC_BRANDS:
        raise refusals.refuse(refusals.HEIC, "heic")
    return containers.mp4(file)


def _of_track(track: Track) -> Found:
    return Found(track.mime, track.duration, track.width, track.height)


def _text(file: IO[bytes], name: str) -> str:
    """Plain text or CSV, when it is text throughout and no markup or script."""
    file.seek(0)
    data = file.read()
    head = _decoded(data[:_HEAD], whole=False)
    if head is not None and _is_active(head.encode("utf-8", "replace")):
        raise refusals.refuse(refusals.ACTIVE, "active")
    text = _decoded(data)
    if text is None or _BINARY.search(text):
        return ""
    return "text/csv" if extension_of(name) == "csv" else "text/plain"


def _decoded(data: bytes, *, whole: bool = True) -> str | None:
    encoding = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), "utf-8")
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, whole).lstrip("\ufeff")
    except UnicodeError:
        return data.decode("latin-1") if encoding == "utf-8" else None


def _is_active(head: bytes) -> bool:
    if head.startswith(b"#!") or _MARKUP.search(head[:1024]) is not None:
        return True
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(g.confidence >= _SURE_ENOUGH and g.extension.lstrip(".") in ACTIVE_EXTENSIONS for g in guesses)
