from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.conversations.models.message import Message
from apps.media.models import StoredFile
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet


class CardFileQuerySet(TenantQuerySet["CardFile"]):
    def keep(self, message: Message, files: Iterable[StoredFile]) -> None:
        """Once for each message, however often it is sent with the same client id."""
        rows = [CardFile(message=message, position=at, file=file) for at, file in enumerate(files)]
        self.bulk_create(rows, ignore_conflicts=True)


class CardFile(TenantModel):
    """The picture or video of one card of a carousel: whoever may see the conversation may fetch it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="card_files", db_index=False)
    position = models.PositiveSmallIntegerField(help_text="From 0.")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+")

    objects = TenantManager.from_queryset(CardFileQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("file of a card")
        verbose_name_plural = _("files of cards")
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="card_file_once")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.position}"
