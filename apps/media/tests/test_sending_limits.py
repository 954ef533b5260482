"""What WhatsApp would not take is told before it is tried."""

import pytest

from django.core.exceptions import ValidationError

from apps.media import services
from apps.media.models import StoredFile
from apps.media.tests import samples
from apps.media.types import KB, MB


def stored(kind: str, mime: str, size: int = 1000) -> StoredFile:
    return StoredFile(kind=kind, mime=mime, size=size)


@pytest.mark.parametrize(
    ("kind", "mime", "limit"),
    [
        ("image", "image/jpeg", 5 * MB),
        ("image", "image/png", 5 * MB),
        ("video", "video/mp4", 16 * MB),
        ("video", "video/3gpp", 16 * MB),
        ("audio", "audio/ogg", 16 * MB),
        ("audio", "audio/mpeg", 16 * MB),
        ("document", "application/pdf", 20 * MB),
        ("document", "image/png", 20 * MB),
    ],
)
def test_the_limit_is_exact(kind: str, mime: str, limit: int) -> None:
    services.require_sendable(stored(kind, mime, limit))
    with pytest.raises(ValidationError) as refused:
        services.require_sendable(stored(kind, mime, limit + 1))
    assert str(limit // MB) in refused.value.messages[0]


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("image", "image/webp"),
        ("video", "video/webm"),
        ("video", "video/quicktime"),
        ("audio", "audio/webm"),
        ("audio", "audio/wav"),
        ("audio", "audio/ogg; codecs=vorbis"),
        ("sticker", "image/png"),
    ],
)
def test_formats_whatsapp_does_not_know_are_named_before(kind: str, mime: str) -> None:
    with pytest.raises(ValidationError) as refused:
        services.require_sendable(stored(kind, mime))
    assert refused.value.code == "cannot_send"


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("data", "limit"),
    [(samples.picture("WEBP", (512, 512)), 100 * KB), (samples.moving_sticker(), 500 * KB)],
    ids=["still", "moving"],
)
def test_moving_stickers_may_be_larger(data: bytes, limit: int) -> None:
    sticker = services.store_bytes(data, name="s.webp", declared_mime="image/webp", kind="sticker")
    sticker.size = limit
    services.require_sendable(sticker)
    sticker.size = limit + 1
    with pytest.raises(ValidationError, match=str(limit // KB)):
        services.require_sendable(sticker)


@pytest.mark.usefixtures("organization")
def test_a_sticker_has_512_pixels_a_side() -> None:
    small = services.store_bytes(
        samples.picture("WEBP", (100, 100)), name="s.webp", declared_mime="image/webp", kind="sticker"
    )
    with pytest.raises(ValidationError, match="512"):
        services.require_sendable(small)
