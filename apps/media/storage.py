"""Where the bytes lie: a folder of this machine or an S3-compatible bucket, by `MEDIA_BACKEND`. Never public."""

import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

LINK_SECONDS = 24 * 3600
CHUNK = 64 * 1024


class Missing(Exception):
    """The row is there, its bytes are not (or their storage does not answer)."""


class Span:
    """A part of an open file, as the file-like object a WSGI server reads from."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        file.seek(start)
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


class LocalMedia(FileSystemStorage):
    """A folder. A file appears under its name only when it is there whole."""

    def __init__(self, location: str) -> None:
        super().__init__(location=location, file_permissions_mode=0o640, directory_permissions_mode=0o750)

    def _save(self, name: str, content: "File[bytes]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                content.seek(0)
                shutil.copyfileobj(content, out, CHUNK)
                os.fsync(out.fileno())
                os.fchmod(out.fileno(), 0o640)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return name

    def span(self, key: str, start: int, length: int) -> Any:
        """A readable of exactly that part; the plain file when it is all of it, so that servers may use sendfile."""
        try:
            file = Path(self.path(key)).open("rb")  # noqa: SIM115 - closed by the response
        except FileNotFoundError as error:
            raise Missing(key) from error
        whole = start == 0 and length == os.fstat(file.fileno()).st_size
        return file if whole else Span(file, start, length)

    def link(self, key: str, *, mime: str, disposition: str) -> str:
        return ""


class MediaStorage(Protocol):
    """What the app asks of either storage."""

    def save(self, name: str, content: "File[bytes]") -> str: ...
    def open(self, name: str, mode: str = "rb") -> "File[bytes]": ...
    def delete(self, name: str) -> None: ...
    def exists(self, name: str) -> bool: ...

    def span(self, key: str, start: int, length: int) -> Any:
        """A readable of that part, to be closed; raises Missing."""

    def link(self, key: str, *, mime: str, disposition: str) -> str:
        """An address that needs no further right, for 24 hours; empty where there is no such thing."""


_BACKENDS = {"local": "apps.media.storage.make_local", "s3": "apps.media.bucket.make"}


def media_storage() -> MediaStorage:
    """The storage that the settings name."""
    return _made(settings.MEDIA_BACKEND)


@lru_cache(maxsize=2)
def _made(backend: str) -> MediaStorage:
    if backend not in _BACKENDS:
        raise ImproperlyConfigured('MEDIA_BACKEND is "local" or "s3".')
    storage: MediaStorage = import_string(_BACKENDS[backend])()
    return storage


def make_local() -> LocalMedia:
    return LocalMedia(str(settings.MEDIA_ROOT))


@receiver(setting_changed)
def _forget(setting: str, **_: Any) -> None:
    if setting.startswith("MEDIA_"):
        _made.cache_clear()
