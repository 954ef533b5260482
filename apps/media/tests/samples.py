"""Files built in code: honest ones, and hostile ones."""

import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

from PIL import Image

GIF_AND_SCRIPT = b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(document.cookie)//"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 64
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x00" + b"\0" * 413
AMR = b"#!AMR\n" + b"\x3c" + b"\0" * 31
AAC = b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\0" * 64


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode in {"L", "P"} else None).save(out, form, **options)
    return out.getvalue()


def photo_from_a_phone() -> bytes:
    """Lying on its side (orientation 6), with a place and a maker in its metadata."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET-CAMERA"
    exif[0x8825] = {1: "S", 2: (23.0, 33.0, 1.0)}
    return picture(size=(40, 20), exif=exif, comment=b"SECRET-COMMENT")


def moving_sticker(frames: int = 3, side: int = 512) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("RGBA", (side, side), (index * 40 % 256, index % 251, 10, 200)) for index in range(frames)]
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=80)
    return out.getvalue()


@cache
def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that unfold to width × height pixels."""
    rows = zlib.compressobj(9)
    line = b"\0" * (1 + width // 8)
    packed = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def ogg_opus(seconds: float = 2.5, skipped: int = 312) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, skipped, 48000, 0, 0)
    last = skipped + int(seconds * 48000)
    return (
        _ogg_page(head, 0, flags=2) + _ogg_page(b"OpusTags" + b"\0" * 8, 0) + _ogg_page(b"\xf8\xff\xfe", last, flags=4)
    )


def ogg_vorbis(seconds: float = 1.0) -> bytes:
    head = b"\x01vorbis" + struct.pack("<IBI", 0, 1, 44100) + b"\0" * 14
    return _ogg_page(head, 0, flags=2) + _ogg_page(b"x", int(seconds * 44100), flags=4)


def ogg_theora() -> bytes:
    return _ogg_page(b"\x80theora" + b"\0" * 30, 0, flags=2)


def _ogg_page(packet: bytes, granule: int, flags: int = 0) -> bytes:
    return b"OggS\0" + struct.pack("<BqIIIBB", flags, granule, 7, 0, 0, 1, len(packet)) + packet


def mp4(*handlers: bytes, brand: bytes = b"isom", seconds: int = 3, size: tuple[int, int] = (640, 360)) -> bytes:
    movie = b"\0" * 12 + struct.pack(">II", 1000, seconds * 1000) + b"\0" * 80
    tracks = b"".join(_track(handler, size if handler == b"vide" else (0, 0)) for handler in handlers)
    return (
        _box(b"ftyp", brand + b"\0\0\2\0" + brand)
        + _box(b"moov", _box(b"mvhd", movie) + tracks)
        + _box(b"mdat", b"x" * 64)
    )


def _track(handler: bytes, size: tuple[int, int]) -> bytes:
    header = b"\0" * 76 + struct.pack(">II", size[0] << 16, size[1] << 16)
    return _box(b"trak", _box(b"tkhd", header) + _box(b"mdia", _box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13)))


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def webm(*codecs: bytes) -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 20 + b"".join(codecs) + b"\0" * 20


def archive(**files: str) -> bytes:
    """Names with `__` for `/`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def office(folder: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            packed.writestr(name, "<x/>")
    return out.getvalue()


def ole(*streams: str) -> bytes:
    names = b"".join(f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names
