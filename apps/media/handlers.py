"""Upload handling: a person may send any number of bytes, the disk gets no more than the largest file we take."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from apps.media.types import LARGEST_UPLOAD


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Writes up to one byte more than is allowed and throws the rest away: enough for the refusal to be certain."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._room = LARGEST_UPLOAD + 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        kept = raw_data[: self._room]
        self._room -= len(kept)
        return super().receive_data_chunk(kept, start) if kept else None

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return super().file_complete(min(file_size, LARGEST_UPLOAD + 1))
