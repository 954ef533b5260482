"""A person may send any number of bytes; the disk gets no more than the largest file we take, plus one."""

import pytest

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import RequestFactory

from apps.media import handlers, services

LIMIT = 3_000_000  # above what is kept in memory


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "LARGEST_UPLOAD", LIMIT)
    monkeypatch.setattr(services, "LARGEST_UPLOAD", LIMIT)


def upload(rf: RequestFactory, size: int):
    request = rf.post("/", {"file": SimpleUploadedFile("a.txt", b"x" * size, "text/plain")})
    return request.FILES["file"]


def test_what_is_too_much_is_thrown_away_and_refused(rf: RequestFactory) -> None:
    received = upload(rf, LIMIT * 3)
    assert received.size == LIMIT + 1
    assert received.file.seek(0, 2) == LIMIT + 1
    with pytest.raises(ValidationError) as refused:
        services.store_upload(received)
    assert refused.value.code == "too_large"
    received.close()


@pytest.mark.parametrize("size", [10, LIMIT - 1, LIMIT])
def test_what_is_allowed_arrives_whole(rf: RequestFactory, size: int) -> None:
    received = upload(rf, size)
    assert (received.size, len(received.read())) == (size, size)
    received.close()


def test_without_the_cap_all_of_it_would_be_written(rf: RequestFactory, settings) -> None:
    """Negative control."""
    name = f"{TemporaryFileUploadHandler.__module__}.{TemporaryFileUploadHandler.__name__}"
    settings.FILE_UPLOAD_HANDLERS = [name]
    received = upload(rf, LIMIT * 3)
    assert received.size == LIMIT * 3
    received.close()
