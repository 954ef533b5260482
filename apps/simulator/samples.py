"""Ready-made attachments, so that nobody has to look for a file to try a photo or a voice note."""

import io
from collections.abc import Callable
from functools import cache
from math import sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from apps.simulator import ogg

HERE = Path(__file__).parent
SKY = ((255, 203, 138), (120, 170, 205))
HILLS = (((92, 122, 134), 0.56), ((58, 94, 98), 0.66), ((28, 66, 66), 0.8))
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 52>>stream
BT /F 18 Tf 40 110 Td (Comprovante de pagamento) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def _blend(position: float) -> tuple[int, int, int]:
    low, high = SKY[1], SKY[0]
    red, green, blue = (round(a + (b - a) * position) for a, b in zip(low, high, strict=True))
    return red, green, blue


def _ridge(width: int, height: int, level: float, step: int) -> list[tuple[float, float]]:
    wave = [(x, sin(x / (70 + step * 26) + step * 2) + 0.45 * sin(x / 31 + step)) for x in range(0, width + 6, 6)]
    return [(0, height), *((x, height * level - swing * (46 - step * 9)) for x, swing in wave), (width, height)]


@cache
def photo() -> bytes:
    """A landscape at dusk."""
    width, height = 900, 675
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line([(0, y), (width, y)], fill=_blend(min(1.0, y / (height * 0.7))))
    draw.ellipse([590, 230, 710, 350], fill=(255, 240, 205))
    image = image.filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    for step, (colour, level) in enumerate(HILLS):
        draw.polygon(_ridge(width, height, level, step), fill=colour)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.7)).save(out, "JPEG", quality=82)
    return out.getvalue()


@cache
def sticker() -> bytes:
    image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse([56, 56, 456, 456], fill=(255, 205, 80, 255))
    draw.ellipse([166, 176, 206, 236], fill=(70, 50, 20, 255))
    draw.ellipse([306, 176, 346, 236], fill=(70, 50, 20, 255))
    draw.arc([156, 200, 356, 370], 20, 160, fill=(70, 50, 20, 255), width=18)
    out = io.BytesIO()
    image.save(out, "WEBP")
    return out.getvalue()


@cache
def voice() -> bytes:
    recorded = HERE / "static" / "voice.ogg"
    return recorded.read_bytes() if recorded.exists() else ogg.silence(3)


def sample(kind: str) -> tuple[bytes, str, str]:
    """Bytes, MIME type and file name."""
    if kind not in SAMPLES:
        raise ValueError(f"no sample of type {kind}")
    make, mime_type, name = SAMPLES[kind]
    return make(), mime_type, name


def document() -> bytes:
    return PDF


SAMPLES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "image": (photo, "image/jpeg", "foto.jpg"),
    "audio": (voice, "audio/ogg; codecs=opus", "voz.ogg"),
    "sticker": (sticker, "image/webp", "figurinha.webp"),
    "document": (document, "application/pdf", "comprovante.pdf"),
}
