from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.notifications.kinds import Kind, known_or_plain
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet


class NotificationQuerySet(TenantQuerySet["Notification"]):
    def of(self, membership: Membership) -> "NotificationQuerySet":
        return self.filter(recipient=membership)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(TenantModel):
    """One thing that one member was told. The sentence is made when it is shown, in the reader's language."""

    recipient = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=64)
    args = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=500)
    read_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = TenantManager.from_queryset(NotificationQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_newest"),
            models.Index(fields=["recipient"], condition=models.Q(read_at=None), name="notification_unread"),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def about(self) -> Kind:
        return known_or_plain(self.kind)

    @property
    def title(self) -> str:
        return self.about.sentence(self.args)


class Preference(TenantModel):
    """A member's choice about one kind and one channel; without a row the channel is on."""

    class Channel(models.TextChoices):
        CENTRE = "centre", _("In the list")
        TOAST = "toast", _("Pop-up on the screen")

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=64)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    is_on = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.UniqueConstraint(fields=["membership", "kind", "channel"], name="notification_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"
