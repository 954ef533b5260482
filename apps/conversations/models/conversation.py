from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Contact, Tag
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.teams.models import Department, Queue
from apps.whatsapp.models import Number

WINDOW = timedelta(hours=24)


class State(models.TextChoices):
    BOT = "bot", _("With the bot")
    QUEUED = "queued", _("In the queue")
    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Snoozed")
    CLOSED = "closed", _("Closed")


class Outcome(models.TextChoices):
    RESOLVED = "resolved", _("Resolved")
    NO_ANSWER = "no_answer", _("Customer did not answer")
    NOT_A_CUSTOMER = "not_a_customer", _("Wrong number or spam")
    OTHER = "other", _("Other")


class ConversationQuerySet(TenantQuerySet["Conversation"]):
    def live(self) -> "ConversationQuerySet":
        return self.exclude(state=State.CLOSED)

    def mine(self, membership: Membership) -> "ConversationQuerySet":
        return self.live().filter(assignee=membership)

    def waiting(self) -> "ConversationQuerySet":
        return self.filter(state=State.QUEUED)

    def visible_to(self, membership: Membership) -> "ConversationQuerySet":
        """Everything for those who see all; else one's own and what waits in one's queues."""
        if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS):
            return self.all()
        queues = Queue.objects.of_member(membership).values("pk")
        return self.filter(models.Q(assignee=membership) | models.Q(state=State.QUEUED, queue__in=queues))

    def for_rows(self) -> "ConversationQuerySet":
        """With the people and places that a row, a thread or a card names, in one query."""
        return self.select_related("contact", "queue", "assignee__user", "number")


class Conversation(TenantModel):
    """One customer on one number, from the first message until it is closed."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="conversations")
    number = models.ForeignKey(Number, on_delete=models.PROTECT, related_name="conversations")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assignee = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change that a list row shows.")
    unread_count = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(default=now)
    last_message_id = models.UUIDField(null=True, blank=True, editable=False)
    last_preview = models.CharField(max_length=160, blank=True)
    last_kind = models.CharField(max_length=16, blank=True)
    last_direction = models.CharField(max_length=4, blank=True)
    last_status = models.CharField(max_length=10, blank=True)
    window_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    queued_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_note = models.CharField(max_length=120, blank=True, help_text="Why it was snoozed; kept until it is read.")
    tags = models.ManyToManyField(Tag, related_name="conversations", blank=True, verbose_name=_("tags"))
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    # What a list row shows of the SLA clocks, written by routing: empty state where nothing is promised.
    sla_state = models.CharField(max_length=8, blank=True, default="", db_default="")
    sla_kind = models.CharField(max_length=12, blank=True, default="", db_default="")
    sla_due_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(ConversationQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "contact"], condition=~models.Q(state="closed"), name="conversation_live_once"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="conversation_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="open") | models.Q(closed_at=None), name="conversation_open_not_closed"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-last_message_at", "-id"],
                condition=~models.Q(state="closed"),
                name="conversation_live_list",
            ),
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                condition=~models.Q(state="closed"),
                name="conversation_mine_list",
            ),
            models.Index(
                fields=["queue", "queued_at", "id"], condition=models.Q(state="queued"), name="conversation_waiting"
            ),
            models.Index(fields=["snoozed_until"], condition=models.Q(state="snoozed"), name="conversation_snoozed"),
            models.Index(fields=["organization", "-closed_at", "-id"], name="conversation_closed_list"),
            models.Index(
                fields=["assignee", "-closed_at", "-id"],
                condition=models.Q(state="closed"),
                name="conversation_mine_closed",
            ),
            models.Index(fields=["contact", "-id"], name="conversation_of_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} ({self.get_state_display()})"

    @property
    def is_window_open(self) -> bool:
        """Whether free-form messages are allowed now (24 h from the customer's last message)."""
        return self.window_expires_at is not None and self.window_expires_at > now()

    @property
    def is_live(self) -> bool:
        return self.state != State.CLOSED

    @staticmethod
    def window_after(message_at: datetime) -> datetime:
        return message_at + WINDOW
