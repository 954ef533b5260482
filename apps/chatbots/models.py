from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.teams.models import Queue
from apps.vault.fields import SealedTextField
from apps.whatsapp.models import Number


class BotQuerySet(TenantQuerySet["Bot"]):
    def kept(self) -> "BotQuerySet":
        """Without what was deleted, which stays only for the replays of its sessions."""
        return self.filter(deleted_at=None)


class Bot(TenantModel):
    """What answers first on some numbers. `fallback_…`: what happens when a flow can't go on."""

    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("on"), default=False)
    numbers = models.ManyToManyField(Number, related_name="bots", blank=True, verbose_name=_("numbers"))
    fallback_text = models.CharField(_("message when the bot can't go on"), max_length=1_000, blank=True)
    fallback_queue = models.ForeignKey(
        Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("then to the queue")
    )
    created_at = models.DateTimeField(default=now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantManager.from_queryset(BotQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("bot")
        verbose_name_plural = _("bots")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], condition=models.Q(deleted_at=None), name="bot_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class FlowQuerySet(TenantQuerySet["Flow"]):
    def kept(self) -> "FlowQuerySet":
        return self.filter(deleted_at=None)


class Flow(TenantModel):
    """A drawing of a conversation: one draft that people work on, and the versions that were published."""

    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="flows")
    name = models.CharField(_("name"), max_length=80)
    is_main = models.BooleanField(default=False)
    draft = models.JSONField(default=dict)
    draft_revision = models.PositiveIntegerField(default=1)
    draft_at = models.DateTimeField(default=now)
    draft_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantManager.from_queryset(FlowQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        constraints = [
            models.UniqueConstraint(fields=["bot", "name"], condition=models.Q(deleted_at=None), name="flow_name_once"),
            models.UniqueConstraint(fields=["bot"], condition=models.Q(is_main=True), name="flow_main_once"),
        ]

    def __str__(self) -> str:
        return self.name


class FlowVersion(TenantModel):
    """A published flow. The database refuses every change of it but that of its share of new sessions."""

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    note = models.CharField(_("note"), max_length=200, blank=True)
    published_by = models.ForeignKey(
        Membership, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField(default=now, editable=False)
    canary_percent = models.PositiveSmallIntegerField(
        _("share of new sessions"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("flow version")
        verbose_name_plural = _("flow versions")
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once"),
            models.CheckConstraint(
                condition=models.Q(canary_percent__gte=1, canary_percent__lte=100), name="flow_version_canary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} v{self.number}"


class Trigger(TenantModel):
    """When a flow begins: the matching one with the smallest priority wins."""

    here: list[UUID]  # the ids of the bot's numbers, where triggers were asked for to choose among them

    class Kind(models.TextChoices):
        FIRST = "first", _("First message of a conversation")
        ANY = "any", _("Any message")
        KEYWORD = "keyword", _("Message is exactly")
        CONTAINS = "contains", _("Message contains")
        PATTERN = "pattern", _("Message matches the pattern")
        BUTTON = "button", _("Button touched")
        AD = "ad", _("Came from an ad")
        CLOSED = "closed", _("Out of hours")
        LINK = "link", _("Text of a link or QR code")
        EVENT = "event", _("Event from outside")

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="triggers")
    kind = models.CharField(_("when"), max_length=10, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=500, blank=True)
    number = models.ForeignKey(
        Number, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("number")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=100, help_text=_("Smaller numbers win."))
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}" if self.value else self.get_kind_display()


class SessionStatus(models.TextChoices):
    READY = "ready", _("has something to do")
    WAITING = "waiting", _("waiting")
    WORKING = "working", _("waiting for an answer from outside")
    ENDED = "ended", _("ended")
    HANDED = "handed", _("handed over")
    CLOSED = "closed", _("closed")
    TAKEN = "taken", _("taken over")
    FAILED = "failed", _("failed")


LIVE = (SessionStatus.READY, SessionStatus.WAITING, SessionStatus.WORKING)


class SessionQuerySet(TenantQuerySet["Session"]):
    def live(self) -> "SessionQuerySet":
        return self.filter(status__in=LIVE)


class Session(TenantModel):
    """One passage of a conversation through a flow, pinned to the version it began. The row is the whole truth:
    `due_at` is when it wants to be looked at, `heard_id` the last message that it was given."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="flow_sessions")
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="sessions")
    status = models.CharField(max_length=8, choices=SessionStatus.choices, default=SessionStatus.READY)
    state = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, default=now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    work = models.JSONField(null=True, blank=True, help_text="Outside work that is to be done, or being done.")
    heard_id = models.UUIDField(null=True, blank=True)
    assigned = models.JSONField(default=dict, blank=True, help_text="Who takes over: {queue, agent}, ids.")
    waits_for = models.CharField(max_length=80, blank=True, help_text="What an answer from outside calls it by.")
    began_by = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    steps_taken = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(SessionQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("flow session")
        verbose_name_plural = _("flow sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(status__in=LIVE), name="session_live_once"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(status__in=LIVE), name="session_due"),
            models.Index(fields=["claimed_at"], condition=models.Q(status="working"), name="session_working"),
            models.Index(fields=["conversation", "-started_at"], name="session_of_conversation"),
            models.Index(fields=["version", "-id"], name="session_of_version"),
            models.Index(
                fields=["organization", "waits_for"], condition=~models.Q(waits_for=""), name="session_waits_for"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.get_status_display()})"


class Charge(TenantModel):
    """A Pix charge that a flow made. The row is the truth: a payment is written here, and the session reads it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="charges")
    reference = models.CharField(max_length=35)
    cents = models.PositiveBigIntegerField()
    paid_at = models.DateTimeField(null=True, blank=True)
    paid_through = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("Pix charge")
        verbose_name_plural = _("Pix charges")
        constraints = [models.UniqueConstraint(fields=["organization", "reference"], name="charge_reference_once")]

    def __str__(self) -> str:
        return self.reference


class HookKey(TenantModel):
    """The company's secret with which its other systems sign what they tell PyTake."""

    secret = SealedTextField()
    created_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("key for other systems")
        verbose_name_plural = _("keys for other systems")
        constraints = [models.UniqueConstraint(fields=["organization"], name="hook_key_once")]

    def __str__(self) -> str:
        return str(self.pk)


class HookEvent(TenantModel):
    """An event from outside and what was answered: told twice, it begins once."""

    key = models.CharField(max_length=80, help_text="The sender's id of it, else what it says, hashed.")
    name = models.CharField(max_length=120)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("event from outside")
        verbose_name_plural = _("events from outside")
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="hook_event_once")]
        indexes = [models.Index(fields=["at"], name="hook_event_age")]

    def __str__(self) -> str:
        return self.name


class Step(TenantModel):
    """One step of a session, for its replay. Secrets in requests and answers are already hidden."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="steps", db_index=False)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    node_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    port = models.CharField(max_length=40, blank=True)
    heard = models.JSONField(null=True, blank=True)
    delta = models.JSONField(default=dict, blank=True)
    effects = models.JSONField(default=list, blank=True)
    request = models.JSONField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("flow step")
        verbose_name_plural = _("flow steps")
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="step_once")]
        indexes = [
            # Counting a version's steps reads nothing but this.
            models.Index(fields=["version", "session", "number"], include=["node_id", "port", "at"], name="step_walk")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.node_id}"


class FlowTest(TenantModel):
    """A script with what must come of it. `script` is the rehearsal's; `expects` a list of `{what: says, text, how}`,
    `{what: variable, name, value}` and `{what: ends, status}`. All of a flow's run before it is published."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="tests")
    name = models.CharField(_("name"), max_length=80)
    script = models.JSONField()
    expects = models.JSONField(default=list)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("flow test")
        verbose_name_plural = _("flow tests")
        constraints = [models.UniqueConstraint(fields=["flow", "name"], name="flow_test_once")]

    def __str__(self) -> str:
        return self.name
