"""Pictures come out of a limited child process as new files."""

import io
import random
import time

import pytest
from PIL import Image

from django.core.exceptions import ValidationError

from apps.media import image_worker, images
from apps.media.tests import samples
from apps.media.types import MB, SENDING_LIMITS


def opened(picture: images.Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def test_a_photo_stands_upright_and_tells_nothing_of_its_place() -> None:
    original = samples.photo_from_a_phone()
    assert b"SECRET" in original  # the control: it was there
    picture = images.rewrite(original)
    assert (picture.width, picture.height) == (20, 40)
    assert b"SECRET" not in picture.data
    assert not opened(picture).getexif()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_whatever_follows_a_picture_is_gone(form: str) -> None:
    hidden = b"PK\x03\x04<script>alert(1)</script>"
    picture = images.rewrite(samples.picture(form) + hidden)
    assert b"script" not in picture.data
    assert opened(picture).format in {"JPEG", "PNG"}


@pytest.mark.parametrize(
    ("form", "mode", "expected"),
    [
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "I;16", "RGB"),
        ("PNG", "1", "RGB"),
    ],
)
def test_pictures_have_the_colours_whatsapp_wants(form: str, mode: str, expected: str) -> None:
    assert opened(images.rewrite(samples.picture(form, mode=mode))).mode == expected


def test_a_noisy_picture_is_made_small_enough_to_send() -> None:
    noise = Image.frombytes("RGB", (1600, 1200), random.Random(7).randbytes(1600 * 1200 * 3))
    out = io.BytesIO()
    noise.save(out, "PNG")
    picture = images.rewrite(out.getvalue())
    assert len(out.getvalue()) > 5 * MB
    assert picture.mime == "image/jpeg"
    assert len(picture.data) <= SENDING_LIMITS["image"]


@pytest.mark.parametrize("size", [(5001, 5000), (60000, 60000)])
def test_a_picture_that_unfolds_to_billions_of_pixels_is_refused_at_once(size: tuple[int, int]) -> None:
    bomb = samples.png_bomb(*size)
    assert len(bomb) < MB
    began = time.monotonic()
    with pytest.raises(ValidationError) as refused:
        images.rewrite(bomb)
    assert refused.value.code == "too_many_pixels"
    assert time.monotonic() - began < 10


def test_without_the_cap_the_memory_limit_of_the_child_still_holds() -> None:
    """Negative control of the cap, and the second fence behind it."""
    with pytest.raises(ValidationError) as refused:
        images.rewrite(samples.png_bomb(60000, 60000), most_pixels=10**12)
    assert refused.value.code == "broken_picture"


def test_a_picture_within_the_cap_is_taken() -> None:
    assert images.rewrite(samples.png_bomb(4000, 4000)).width == 4000


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    worker = tmp_path / "hangs.py"
    worker.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(images, "_WORKER", worker)
    monkeypatch.setattr(images, "_PATIENCE", 0.3)
    with pytest.raises(ValidationError):
        images.rewrite(samples.picture())


def test_a_child_cannot_read_the_secrets_of_its_parent(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    worker = tmp_path / "tells.py"
    worker.write_text(
        "import json, os, sys\n"
        "facts = {'mime': 'x', 'width': 1, 'height': 1}\n"
        "sys.stdout.write(json.dumps(facts) + '\\n' + ' '.join(os.environ))"
    )
    monkeypatch.setattr(images, "_WORKER", worker)
    monkeypatch.setenv("VAULT_MASTER_KEY", "canary")
    assert b"VAULT" not in images.rewrite(samples.picture()).data


def test_too_long_a_sticker_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        images.rewrite(samples.moving_sticker(frames=image_worker.MOST_FRAMES + 1, side=16), sticker=True)
    assert refused.value.code == "too_many_pixels"


def test_moving_and_still_stickers_are_told_apart() -> None:
    assert images.is_animated_webp(samples.moving_sticker())
    assert not images.is_animated_webp(samples.picture("WEBP"))
    assert not images.is_animated_webp(b"")
