"""One's own picture: a square of 256 pixels, cut and compressed here."""

import hashlib
import io

from PIL import Image, ImageOps

from django.db import transaction

from apps.accounts.models import Picture, User

SIDE = 256
MIME = "image/webp"


@transaction.atomic
def keep(user: User, data: bytes) -> str:
    """Keep a picture that has been checked and written anew already; returns its version."""
    with Image.open(io.BytesIO(data)) as opened:
        square = ImageOps.fit(opened.convert("RGB"), (SIDE, SIDE))
    out = io.BytesIO()
    square.save(out, "WEBP", quality=86)
    version = hashlib.sha256(out.getvalue()).hexdigest()[:12]
    Picture.objects.update_or_create(user=user, defaults={"image": out.getvalue(), "mime": MIME})
    User.objects.filter(pk=user.pk).update(picture_version=version)
    return version


@transaction.atomic
def forget(user: User) -> None:
    Picture.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(picture_version="")
