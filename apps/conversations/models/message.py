import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Contact
from apps.conversations.models.conversation import Conversation
from apps.conversations.timeline import describe_event
from apps.core.clock import now
from apps.media.models import StoredFile
from apps.organizations.models import Membership, Organization
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.whatsapp.errors import policy_for
from apps.whatsapp.models import Number


class Direction(models.TextChoices):
    IN = "in", _("received")
    OUT = "out", _("sent")
    NOTE = "note", _("note")
    EVENT = "event", _("event")


class Status(models.TextChoices):
    """Life of an outbound message. `UNKNOWN`: the provider may or may not have it; never claimed again by itself.
    `HELD`: no echo came; a person decides."""

    NONE = "", _("none")
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    UNKNOWN = "unknown", _("unconfirmed")
    HELD = "held", _("held")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    READ = "read", _("read")
    PLAYED = "played", _("played")
    FAILED = "failed", _("failed")


class MessageKind(models.TextChoices):
    TEXT = "text", _("text")
    IMAGE = "image", _("image")
    VIDEO = "video", _("video")
    AUDIO = "audio", _("audio")
    DOCUMENT = "document", _("document")
    STICKER = "sticker", _("sticker")
    LOCATION = "location", _("location")
    CONTACTS = "contacts", _("contacts")
    BUTTON = "button", _("button")
    INTERACTIVE = "interactive", _("interactive")
    TEMPLATE = "template", _("template")
    ORDER = "order", _("order")
    REACTION = "reaction", _("reaction")
    EDIT = "edit", _("edit")
    REVOKE = "revoke", _("deletion")
    SYSTEM = "system", _("system")
    UNSUPPORTED = "unsupported", _("unsupported")
    EVENT = "event", _("event")


class MediaState(models.TextChoices):
    NONE = "", _("none")
    PENDING = "pending", _("pending")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


# They change another message instead of standing in the thread themselves.
AMENDMENTS = (MessageKind.REACTION, MessageKind.EDIT, MessageKind.REVOKE)


class MessageQuerySet(TenantQuerySet["Message"]):
    def in_thread(self) -> "MessageQuerySet":
        """Without the reactions, edits and deletions, which show on the message they amend."""
        return self.filter(target_wamid="")

    def for_thread(self) -> "MessageQuerySet":
        return self.select_related("media__organization", "reply_to", "author__user")


class Message(TenantModel):
    """One line of a conversation: received, sent, an internal note, or an event of its life."""

    # Every index is written again whenever a status changes: only those that a query needs, and only where it looks.
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(Number, on_delete=models.PROTECT, related_name="+", db_index=False)
    direction = models.CharField(max_length=5, choices=Direction.choices)
    kind = models.CharField(max_length=16, choices=MessageKind.choices, default=MessageKind.TEXT)
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    wamid = models.CharField(max_length=200, null=True, blank=True)
    target_wamid = models.CharField(max_length=200, blank=True, help_text="What a reaction, edit or deletion amends.")
    client_id = models.UUIDField(default=uuid.uuid4, help_text="Chosen by the page: sending twice stores once.")
    callback_id = models.UUIDField(null=True, blank=True)
    author = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    media = models.ForeignKey(
        StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    media_state = models.CharField(max_length=8, choices=MediaState.choices, default=MediaState.NONE, blank=True)
    reactions = models.JSONField(default=dict, blank=True, help_text="Who → emoji.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NONE, blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    pricing = models.JSONField(null=True, blank=True)
    occurred_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(MessageQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "wamid"], condition=models.Q(wamid__isnull=False), name="message_wamid_once"
            ),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_client_once"),
            models.UniqueConstraint(
                fields=["callback_id"], condition=models.Q(callback_id__isnull=False), name="message_callback_once"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-id"], condition=models.Q(target_wamid=""), name="message_thread"),
            models.Index(
                fields=["number", "target_wamid"], condition=~models.Q(target_wamid=""), name="message_amendment"
            ),
            models.Index(fields=["contact", "-id"], condition=models.Q(target_wamid=""), name="message_history"),
            models.Index(fields=["id"], condition=models.Q(status="queued"), name="message_outbox"),
            models.Index(
                fields=["conversation", "id"],
                condition=models.Q(status__in=["queued", "sending"]),
                name="message_conversation_outbox",
            ),
            models.Index(
                fields=["claimed_at"], condition=models.Q(status__in=["sending", "unknown"]), name="message_unsettled"
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(status="failed", next_attempt_at__isnull=False),
                name="message_waiting",
            ),
            models.Index(fields=["id"], condition=models.Q(media_state="pending"), name="message_media_pending"),
            models.Index(fields=["author"], condition=models.Q(author__isnull=False), name="message_author"),
            models.Index(fields=["reply_to"], condition=models.Q(reply_to__isnull=False), name="message_reply_to"),
            models.Index(fields=["media"], condition=models.Q(media__isnull=False), name="message_media"),
            GinIndex(fields=["text"], name="message_text_trigram", opclasses=["gin_trgm_ops"], fastupdate=True),
        ]

    def __str__(self) -> str:
        return self.text[:60] or self.kind

    @property
    def is_plain(self) -> bool:
        """Words and nothing else, as most messages are."""
        return self.kind == MessageKind.TEXT and self.media_id is None and "handoff" not in self.payload

    @property
    def error_text(self) -> str:
        """Why it failed and what to do, in the viewer's language; empty when nothing is known."""
        told = str(policy_for(self.error_code).sentence) if self.error_code is not None else self.error_detail
        if self.status != Status.FAILED or self.next_attempt_at is None:
            return told
        when = formats.date_format(timezone.localtime(self.next_attempt_at), "SHORT_DATETIME_FORMAT")
        return gettext("%(why)s We send it again on %(when)s.") % {"why": told, "when": when}

    @property
    def event_text(self) -> str:
        """The sentence of an event line."""
        if self.kind != MessageKind.EVENT:
            return self.text
        return describe_event(self.payload, self.author.name if self.author else "PyTake")


class ParkedStatus(TenantModel):
    """A status that came before the send's answer was stored; applied as soon as its message is known."""

    number = models.ForeignKey(Number, on_delete=models.CASCADE, related_name="+")
    wamid = models.CharField(max_length=200)
    status = models.CharField(max_length=10)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("parked status")
        verbose_name_plural = _("parked statuses")
        constraints = [models.UniqueConstraint(fields=["number", "wamid", "status"], name="parked_status_once")]

    def __str__(self) -> str:
        return f"{self.wamid} {self.status}"
