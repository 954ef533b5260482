"""SQLite files: one folder for each company, one file for each connection, names made by us."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.datasources.models import Connection

MAX_FILE = 50 * 1024 * 1024
_MAGIC = b"SQLite format 3\x00"


def file_of(connection: Connection) -> Path:
    return Path(settings.DATASOURCES_ROOT) / str(connection.organization_id) / f"{connection.pk}.sqlite"


def check_upload(upload: Any) -> None:
    """Raises ValidationError with a sentence."""
    if upload.size > MAX_FILE:
        raise ValidationError(_("The file is larger than 50 MB."))
    head = upload.read(len(_MAGIC))
    upload.seek(0)
    if head != _MAGIC:
        raise ValidationError(_("This is not an SQLite database. Choose a file made by SQLite 3."))


def store(connection: Connection, upload: Any) -> None:
    """Replace the file as a whole: a query that runs keeps the one it opened."""
    path = file_of(connection)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    os.replace(fresh, path)
