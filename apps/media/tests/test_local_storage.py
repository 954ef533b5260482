"""A file is there whole or not at all, and goes when its row has gone."""

import os
from pathlib import Path

import pytest

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from apps.media import services
from apps.media.models import StoredFile
from apps.media.storage import Missing, media_storage
from apps.media.tests import samples


def keep() -> StoredFile:
    return services.store_bytes(samples.PDF, name="a.pdf", declared_mime="application/pdf")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("organization")
def test_only_its_owner_and_group_may_read_a_file(media_folder: Path) -> None:
    path = media_folder / keep().key
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.usefixtures("organization")
def test_a_failed_write_leaves_nothing(media_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep()
    assert not files_in(media_folder)
    assert not StoredFile.objects.exists()


@pytest.mark.usefixtures("organization")
def test_bytes_without_a_row_are_taken_back(media_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(StoredFile, "save", refuse)
    with pytest.raises(IntegrityError):
        keep()
    assert not files_in(media_folder)


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize("delete", [services.remove, lambda stored: StoredFile.objects.filter(pk=stored.pk).delete()])
def test_bytes_follow_their_row_on_commit(media_folder: Path, delete, django_capture_on_commit_callbacks) -> None:
    stored = keep()
    with django_capture_on_commit_callbacks(execute=True):
        delete(stored)
        assert files_in(media_folder)  # not before the commit
    assert not files_in(media_folder)


@pytest.mark.usefixtures("organization")
def test_a_deletion_that_is_rolled_back_keeps_the_bytes(media_folder: Path) -> None:
    stored = keep()
    with transaction.atomic():
        services.remove(StoredFile.objects.get(pk=stored.pk))
        transaction.set_rollback(True)
    assert StoredFile.objects.filter(pk=stored.pk).exists()
    assert files_in(media_folder)


def test_a_storage_key_cannot_climb() -> None:
    for key in ("../outside", "/etc/passwd", "a/../../outside"):
        with pytest.raises(Exception, match="(?i)suspicious|traversal|outside"):
            media_storage().save(key, ContentFile(b"x"))


def test_missing_bytes_are_told() -> None:
    with pytest.raises(Missing):
        media_storage().span("nothing/here.pdf", 0, 1)


def test_an_unknown_storage_is_a_mistake_of_the_settings(settings) -> None:
    settings.MEDIA_BACKEND = "ftp"
    with pytest.raises(ImproperlyConfigured):
        media_storage()
