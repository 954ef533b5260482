"""Pictures are written anew by a child process with little memory and time, so no hostile byte survives."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from apps.core.logs import get_logger
from apps.media import refusals
from apps.media.image_worker import SECONDS, TOO_MANY_PIXELS
from apps.media.types import ANIMATED_STICKER_LIMIT, IMAGE, MAX_PIXELS, SENDING_LIMITS, STICKER_LIMIT

_WORKER = Path(__file__).with_name("image_worker.py")
_PATIENCE = SECONDS * 2  # wall-clock seconds, on a busy machine
_ANIMATED = 0x02
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    mime: str
    width: int
    height: int


def rewrite(data: bytes, *, sticker: bool = False, most_pixels: int = MAX_PIXELS) -> Picture:
    """The same picture as new JPEG or PNG (a sticker: WebP), upright, without metadata; raises ValidationError."""
    wanted = _sticker_limit(data) if sticker else SENDING_LIMITS[IMAGE]
    done = _run([str(int(sticker)), str(wanted), str(most_pixels)], data)
    if done.returncode == TOO_MANY_PIXELS:
        raise refusals.refuse(refusals.TOO_MANY_PIXELS, "too_many_pixels", limit=most_pixels // 1_000_000)
    if done.returncode != 0:
        log.info("media.picture_refused", exit=done.returncode)
        raise refusals.refuse(refusals.BROKEN_PICTURE, "broken_picture")
    line, _, out = done.stdout.partition(b"\n")
    return Picture(data=out, **json.loads(line))


def is_animated_webp(head: bytes) -> bool:
    """By the flags of its extended header (first 21 bytes are enough)."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & _ANIMATED)


def _sticker_limit(data: bytes) -> int:
    return ANIMATED_STICKER_LIMIT if is_animated_webp(data[:32]) else STICKER_LIMIT


def _run(arguments: list[str], data: bytes) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-I", str(_WORKER), *arguments]
    environ = {"PATH": os.defpath, "OMP_NUM_THREADS": "1"}
    try:
        return subprocess.run(  # noqa: S603 - our own program, no shell
            command, input=data, capture_output=True, timeout=_PATIENCE, env=environ, cwd="/", check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, b"", b"")
