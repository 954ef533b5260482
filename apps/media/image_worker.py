"""Run as a program of its own, with little memory and time: decodes one picture and writes it anew.

Standard input: the picture. Standard output: one line of JSON, then the new picture. Only what was decoded comes out:
no metadata, no trailing bytes, nothing of the original file. Imports nothing of the project.
"""

import io
import json
import resource
import sys
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

MEMORY = 768 * 1024 * 1024
SECONDS = 20
MOST_FRAMES = 150
UNREADABLE, TOO_MANY_PIXELS = 3, 4
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITIES = (88, 72)
LARGEST_PNG = 8_000_000  # pixels; beyond that it is a photo, and PNG would take seconds and megabytes


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def encode(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def in_srgb(picture: Image.Image) -> Image.Image:
    """The colours as they were meant; the profile itself is dropped with the other metadata."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def plain(picture: Image.Image) -> Image.Image:
    """Upright, 8-bit RGB or (only where something shines through) RGBA, without metadata."""
    picture = in_srgb(ImageOps.exif_transpose(picture))
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    see_through = "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info
    picture = picture.convert("RGBA" if see_through else "RGB")
    if see_through and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info = {}
    return picture


def as_photo(picture: Image.Image, wanted: int) -> tuple[str, bytes]:
    for quality in QUALITIES:
        data = encode(picture, "JPEG", quality=quality)
        if len(data) <= wanted:
            break
    return "image/jpeg", data


def as_picture(picture: Image.Image, was: str, wanted: int) -> tuple[str, bytes]:
    """Photos stay JPEG; the rest becomes PNG, or JPEG where that would be too large and nothing shines through."""
    if picture.mode == "RGB" and (was == "JPEG" or picture.width * picture.height > LARGEST_PNG):
        return as_photo(picture, wanted)
    data = encode(picture, "PNG")
    return ("image/png", data) if len(data) <= wanted or picture.mode == "RGBA" else as_photo(picture, wanted)


def as_sticker(source: Image.Image, wanted: int) -> tuple[str, bytes]:
    frames, durations = [], []
    for frame in ImageSequence.Iterator(source):
        durations.append(int(frame.info.get("duration") or 0))
        frames.append(frame.convert("RGBA"))
        frames[-1].info = {}
    moving = {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0} if frames[1:] else {}
    for quality in QUALITIES:
        data = encode(frames[0], "WEBP", quality=quality, method=4, **moving)
        if len(data) <= wanted:
            break
    return "image/webp", data


def work(data: bytes, sticker: bool, wanted: int, most_pixels: int) -> tuple[dict[str, Any], bytes]:
    Image.MAX_IMAGE_PIXELS = None
    source = Image.open(io.BytesIO(data), formats=FORMATS)
    if source.width * source.height > most_pixels:
        sys.exit(TOO_MANY_PIXELS)
    if sticker:
        frames = getattr(source, "n_frames", 1)
        if frames > MOST_FRAMES or frames * source.width * source.height > 2 * most_pixels:
            sys.exit(TOO_MANY_PIXELS)
        mime, out = as_sticker(source, wanted)
        return {"mime": mime, "width": source.width, "height": source.height}, out
    picture = plain(source)
    mime, out = as_picture(picture, source.format or "", wanted)
    return {"mime": mime, "width": picture.width, "height": picture.height}, out


def main(arguments: list[str]) -> int:
    limit()
    sticker, wanted, most_pixels = (int(value) for value in arguments)
    try:
        facts, out = work(sys.stdin.buffer.read(), bool(sticker), wanted, most_pixels)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, EOFError, ArithmeticError, MemoryError):
        return UNREADABLE
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
