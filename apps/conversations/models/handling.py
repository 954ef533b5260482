from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.conversations.models.conversation import Conversation
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet


class Ending(models.TextChoices):
    """How an agent's time with a conversation ended."""

    RESOLVED = "resolved", _("Resolved")
    TRANSFERRED = "transferred", _("Transferred")
    RETURNED = "returned", _("Back in the queue")


class HandlingQuerySet(TenantQuerySet["Handling"]):
    def done(self) -> "HandlingQuerySet":
        """What agents finished themselves: resolved or passed on, not taken away from them."""
        return self.filter(ending__in=(Ending.RESOLVED, Ending.TRANSFERRED))


class Handling(TenantModel):
    """The time in which one agent held a conversation. Kept by `conversations.handling` from the events of its life."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="handlings")
    agent = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=12, choices=Ending.choices, blank=True)

    objects = TenantManager.from_queryset(HandlingQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("handling")
        verbose_name_plural = _("handlings")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "agent"], condition=models.Q(ended_at=None), name="handling_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ending="") | models.Q(ended_at__isnull=False) & ~models.Q(ending=""),
                name="handling_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agent", "-ended_at", "-id"],
                condition=models.Q(ended_at__isnull=False),
                name="handling_of_agent",
            ),
            models.Index(
                fields=["organization", "ended_at"], condition=models.Q(ended_at__isnull=False), name="handling_of_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long the agent held the conversation; None while they do."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None
