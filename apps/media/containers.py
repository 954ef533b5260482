"""What is inside Ogg, MP4 and WebM: audio or video, how long, how large. Never decodes, never trusts a length."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

OPUS_RATE = 48000
_TAIL = 64 * 1024
_MOST_BOXES = 4096
_FOLDERS = frozenset({b"moov", b"trak", b"mdia"})


@dataclass(slots=True)
class Track:
    """`mime` is empty when the content is none of the known ones."""

    mime: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    handlers: set[bytes] = field(default_factory=set)


def size_of(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)


def read_at(file: IO[bytes], position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def ogg(file: IO[bytes]) -> Track:
    """Opus and Vorbis only; the duration is the last page's granule position."""
    head = read_at(file, 0, 256)
    start = 27 + head[26] if len(head) > 27 else 0
    packet = head[start:]
    if packet.startswith(b"OpusHead") and len(packet) >= 12:
        skipped = int(struct.unpack_from("<H", packet, 10)[0])
        return Track("audio/ogg", _ogg_duration(file, OPUS_RATE, skipped))
    if packet.startswith(b"\x01vorbis") and len(packet) >= 16:
        rate = int(struct.unpack_from("<I", packet, 12)[0])
        return Track("audio/ogg; codecs=vorbis", _ogg_duration(file, rate, 0))
    return Track()


def _ogg_duration(file: IO[bytes], rate: int, skipped: int) -> float | None:
    tail = read_at(file, max(0, size_of(file) - _TAIL), _TAIL)
    page = tail.rfind(b"OggS\x00")
    if page < 0 or len(tail) < page + 14 or not rate:
        return None
    granule = int(struct.unpack_from("<q", tail, page + 6)[0])
    return round((granule - skipped) / rate, 3) if granule > skipped else None


def mp4(file: IO[bytes]) -> Track:
    """MP4, M4A, MOV and 3GP: video when any track is one."""
    track = Track()
    brand = read_at(file, 8, 4)
    for kind, start, length in _boxes(file, 0, size_of(file)):
        if kind == b"mvhd":
            track.duration = _movie_duration(read_at(file, start, min(length, 32)))
        elif kind == b"hdlr":
            track.handlers.add(read_at(file, start + 8, 4))
        elif kind == b"tkhd":
            _note_dimensions(track, read_at(file, start + max(0, length - 8), 8))
    family = "video" if b"vide" in track.handlers else "audio" if b"soun" in track.handlers else ""
    track.mime = _mp4_mime(family, brand) if family else ""
    return track


def _mp4_mime(family: str, brand: bytes) -> str:
    if brand == b"qt  " and family == "video":
        return "video/quicktime"
    return f"{family}/3gpp" if brand.startswith(b"3g") else f"{family}/mp4"


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, start of the body, length of the body), depth first, through the folders that matter."""
    waiting, seen = [(start, end)], 0
    while waiting and seen < _MOST_BOXES:
        position, limit = waiting.pop()
        box = _box(file, position, limit)
        if box is None:
            continue
        seen += 1
        kind, body, after = box
        waiting.append((after, limit))
        if kind in _FOLDERS:
            waiting.append((body, after))
        else:
            yield kind, body, after - body


def _box(file: IO[bytes], position: int, limit: int) -> tuple[bytes, int, int] | None:
    """(type, start of the body, end), or None at the end or where the file lies about lengths."""
    header = read_at(file, position, 16)
    if len(header) < 8:
        return None
    length, kind = struct.unpack_from(">I4s", header)
    body = position + 8
    if length == 1 and len(header) == 16:
        length, body = struct.unpack_from(">Q", header, 8)[0], position + 16
    after = limit if length == 0 else position + length
    return (kind, body, after) if body <= after <= limit else None


def _movie_duration(body: bytes) -> float | None:
    layout, start = (">IQ", 20) if body[:1] == b"\x01" else (">II", 12)
    if len(body) < start + struct.calcsize(layout):
        return None
    scale, length = struct.unpack_from(layout, body, start)
    return round(length / scale, 3) if scale and length else None


def _note_dimensions(track: Track, body: bytes) -> None:
    if len(body) == 8:
        width, height = (value >> 16 for value in struct.unpack(">II", body))
        if width and height:
            track.width, track.height = width, height


def webm(head: bytes) -> Track:
    """WebM only (not Matroska at large): video when a video codec is named in its head."""
    if b"webm" not in head[:64]:
        return Track()
    return Track("video/webm" if b"V_" in head else "audio/webm" if b"A_" in head else "")
