"""What members keep for their work in the inbox."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.conversations.models.conversation import Conversation
from apps.conversations.models.message import Message
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.teams.models import Department

_SHORTCUT = RegexValidator(r"^[\w-]+$", _("Only letters, digits, hyphens and underscores."))


class CannedReplyQuerySet(TenantQuerySet["CannedReply"]):
    def for_member(self, membership: Membership) -> "CannedReplyQuerySet":
        """Everybody's, those of the member's departments, and their own."""
        everybodys = models.Q(owner=None, department=None)
        departments = Department.objects.filter(members=membership).values("pk")
        return self.filter(everybodys | models.Q(department__in=departments) | models.Q(owner=membership))


class CannedReply(TenantModel):
    """A text to be inserted with `/shortcut`: for everybody, for a department, or one's own."""

    shortcut = models.CharField(_("Shortcut"), max_length=32, validators=[_SHORTCUT])
    text = models.TextField(_("Text"), max_length=4096)
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("Department")
    )
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=now, editable=False)

    objects = TenantManager.from_queryset(CannedReplyQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("shortcut"), "department", "owner", name="canned_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(department=None), name="canned_of_one_or_many"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class SavedView(TenantModel):
    """A filter of the inbox under a name, for its owner."""

    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("Name"), max_length=40)
    query = models.CharField(max_length=400, help_text=_("As it stands in the address."))
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class Unsent(TenantModel):
    """What a member has typed in a conversation and not sent: the answer and the note."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    reply = models.TextField(blank=True, max_length=4096)
    note = models.TextField(blank=True, max_length=4096)
    changed_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("unsent text")
        verbose_name_plural = _("unsent texts")
        constraints = [models.UniqueConstraint(fields=["member", "conversation"], name="unsent_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ScheduledMessage(TenantModel):
    """A text that goes out later, under its author's name."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="scheduled")
    author = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("Message"), max_length=4096)
    due_at = models.DateTimeField(_("When"))
    client_id = models.UUIDField(default=uuid.uuid4, editable=False, help_text=_("Sending twice stores once."))
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("scheduled message")
        verbose_name_plural = _("scheduled messages")
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="scheduled_due"),
        ]

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d %H:%M}"
