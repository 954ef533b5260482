from typing import Any

from django.core.files.base import File
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.media.storage import media_storage
from apps.organizations.tenancy import TenantModel


class StoredFile(TenantModel):
    """A validated file of one organisation. `key` is its place in the storage, never shown to anybody."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        VIDEO = "video", _("video")
        AUDIO = "audio", _("audio")
        DOCUMENT = "document", _("document")
        STICKER = "sticker", _("sticker")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration = models.FloatField(null=True, blank=True, help_text="Seconds.")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("media:file", kwargs={"slug": self.organization.slug, "file_id": self.pk})

    def open(self) -> "File[bytes]":
        """The bytes, to be closed by the caller."""
        return media_storage().open(self.key, "rb")


@receiver(post_delete, sender=StoredFile, dispatch_uid="media.bytes_follow_row")
def _bytes_follow_row(instance: StoredFile, **_: Any) -> None:
    """Also for querysets and cascades. After the commit: a rolled back deletion must find its bytes again."""
    storage, key = media_storage(), instance.key
    transaction.on_commit(lambda: storage.delete(key), robust=True)
