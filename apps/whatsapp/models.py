import hashlib
import hmac
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.vault.fields import SealedTextField
from apps.whatsapp.errors import policy_for


def new_verify_token() -> str:
    return secrets.token_urlsafe(24)


def secret_fingerprint(app_secret: str) -> str:
    """Names an app secret without telling it: which secret signed a delivery, and whose numbers it may speak for."""
    return hmac.new(app_secret.encode(), b"pytake webhook signer", hashlib.sha256).hexdigest()[:32]


class BusinessAccount(TenantModel):
    """A WhatsApp Business Account (WABA) that the company connected, with the credentials to use it."""

    class Status(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        ATTENTION = "attention", _("Needs attention")
        DISCONNECTED = "disconnected", _("Disconnected")

    name = models.CharField(_("name"), max_length=160, blank=True)
    waba_id = models.CharField(_("WhatsApp Business Account ID"), max_length=32, unique=True)
    portfolio_id = models.CharField(_("business portfolio ID"), max_length=32, blank=True)
    app_id = models.CharField(_("app ID"), max_length=32, blank=True)
    access_token = SealedTextField(_("access token"))
    app_secret = SealedTextField(_("app secret"))
    signer = models.CharField(max_length=32, db_index=True, editable=False)
    verify_token = models.CharField(_("verify token"), max_length=64, default=new_verify_token)
    currency = models.CharField(max_length=3, blank=True)
    time_zone_id = models.CharField(max_length=16, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CONNECTED)
    problem = models.CharField(max_length=300, blank=True)
    review_status = models.CharField(max_length=16, blank=True)
    restrictions = models.JSONField(default=list, blank=True)
    paid_stopped_at = models.DateTimeField(null=True, blank=True)
    paid_stop_code = models.IntegerField(null=True, blank=True, help_text="Meta's error code that stopped what costs.")
    templates_due_at = models.DateTimeField(default=now, editable=False, help_text="When to ask for templates again.")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("business account")
        verbose_name_plural = _("business accounts")

    def __str__(self) -> str:
        return self.name or self.waba_id

    @property
    def portfolio_scope(self) -> str:
        """Where a BSUID is unique: the portfolio, or the account itself while its portfolio is unknown."""
        return self.portfolio_id or f"waba:{self.waba_id}"


class NumberQuerySet(TenantQuerySet["Number"]):
    def sending(self) -> "NumberQuerySet":
        return self.filter(is_active=True).filter(models.Q(paused_until=None) | models.Q(paused_until__lt=now()))


class Number(TenantModel):
    """One of the company's WhatsApp numbers."""

    account = models.ForeignKey(BusinessAccount, on_delete=models.CASCADE, related_name="numbers")
    phone_number_id = models.CharField(_("phone number ID"), max_length=32, unique=True)
    display_phone = models.CharField(_("phone"), max_length=32)
    label = models.CharField(_("label"), max_length=60, blank=True)
    verified_name = models.CharField(_("display name"), max_length=160, blank=True)
    name_status = models.CharField(max_length=40, blank=True)
    username = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=24, blank=True)
    quality = models.CharField(max_length=16, blank=True)
    tier = models.CharField(max_length=32, blank=True)
    throughput = models.CharField(max_length=24, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(NumberQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("number")
        verbose_name_plural = _("numbers")

    def __str__(self) -> str:
        return self.label or self.verified_name or self.display_phone


class TemplateQuerySet(TenantQuerySet["Template"]):
    def sendable(self) -> "TemplateQuerySet":
        """Approved, and not refused by Meta since."""
        refused = TemplateStop.objects.filter(
            account=models.OuterRef("account"), name=models.OuterRef("name"), language=models.OuterRef("language")
        )
        return self.filter(status=Template.Status.APPROVED).exclude(models.Exists(refused))


class Template(TenantModel):
    """A message template as Meta has it. Rows follow Meta and are never removed, since sent messages name them."""

    class Status(models.TextChoices):
        """The ones that are known today; others are kept as Meta spells them."""

        APPROVED = "APPROVED", _("Approved")
        PENDING = "PENDING", _("In review")
        REJECTED = "REJECTED", _("Rejected")
        PAUSED = "PAUSED", _("Paused")
        DISABLED = "DISABLED", _("Disabled")
        IN_APPEAL = "IN_APPEAL", _("In appeal")
        LIMIT_EXCEEDED = "LIMIT_EXCEEDED", _("Over the limit")
        PENDING_DELETION = "PENDING_DELETION", _("Being deleted")
        DELETED = "DELETED", _("Deleted")
        ARCHIVED = "ARCHIVED", _("Archived")

    class Category(models.TextChoices):
        MARKETING = "MARKETING", _("Marketing")
        UTILITY = "UTILITY", _("Utility")
        AUTHENTICATION = "AUTHENTICATION", _("Authentication")

    account = models.ForeignKey(BusinessAccount, on_delete=models.CASCADE, related_name="templates")
    meta_id = models.CharField(max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=16)
    category = models.CharField(_("category"), max_length=32, choices=Category.choices, blank=True)
    status = models.CharField(_("status"), max_length=32, choices=Status.choices, blank=True)
    named_variables = models.BooleanField(default=False, help_text="{{first_name}} instead of {{1}}.")
    components = models.JSONField(default=list, blank=True)
    quality = models.CharField(_("quality"), max_length=16, blank=True)
    rejected_reason = models.CharField(_("why it was rejected"), max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="Meta's moment of the newest status by webhook.")
    changed_at = models.DateTimeField(default=now, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = TenantManager.from_queryset(TemplateQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [models.UniqueConstraint(fields=["account", "name", "language"], name="template_once")]
        indexes = [
            models.Index(fields=["account", "name"], condition=models.Q(status="APPROVED"), name="template_sendable"),
            models.Index(fields=["account", "meta_id"], name="template_meta_id"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TemplateStop(TenantModel):
    """Meta refused a template when it was sent: it rests until Meta says something new of it, or a person says so.

    By name, not by `Template`: what is refused may be unknown here.
    """

    account = models.ForeignKey(BusinessAccount, on_delete=models.CASCADE, related_name="template_stops")
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=16)
    code = models.IntegerField()
    stopped_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("stopped template")
        verbose_name_plural = _("stopped templates")
        constraints = [models.UniqueConstraint(fields=["account", "name", "language"], name="template_stop_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(policy_for(self.code).sentence)


class ConnectionAttempt(TenantModel):
    """A guided connection under way: what was pasted, and what each check found. Its secrets are forgotten at the end.

    `findings`: check → {verdict, found, advice}; `learnt`: Meta's words that the end needs; `revision` counts how often
    the values were changed.
    """

    started_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    number = models.ForeignKey(Number, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    replaces_token = models.BooleanField(default=False)
    waba_id = models.CharField(max_length=32)
    phone_number_id = models.CharField(max_length=32)
    app_id = models.CharField(max_length=32)
    app_secret = SealedTextField()
    access_token = SealedTextField()
    revision = models.PositiveIntegerField(default=1)
    findings = models.JSONField(default=dict, blank=True)
    learnt = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("connection attempt")
        verbose_name_plural = _("connection attempts")
        indexes = [models.Index(fields=["created_at"], name="connection_attempt_age")]

    def __str__(self) -> str:
        return f"{self.waba_id} {self.phone_number_id}"


class AccountEvent(TenantModel):
    """Something Meta said of an account, a number or a template, once (`dedupe_key`)."""

    account = models.ForeignKey(BusinessAccount, on_delete=models.CASCADE, related_name="events")
    number = models.ForeignKey(Number, on_delete=models.CASCADE, null=True, blank=True, related_name="events")
    field = models.CharField(max_length=64)
    event = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=160)
    occurred_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        constraints = [models.UniqueConstraint(fields=["account", "dedupe_key"], name="account_event_once")]
        indexes = [models.Index(fields=["organization", "-occurred_at"])]

    def __str__(self) -> str:
        return f"{self.field} {self.event}"


class WebhookDelivery(models.Model):
    """The journal: one raw body as it came, signature verified, exactly once (`sha256`). Belongs to the platform,
    since one body may speak of several tenants."""

    class State(models.IntegerChoices):
        NEW = 0, _("new")
        DONE = 1, _("done")
        FAILED = 2, _("failed")

    id = models.BigAutoField(primary_key=True)
    sha256 = models.BinaryField(unique=True)
    body = models.BinaryField()
    signer = models.CharField(max_length=32)
    correlation_id = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_default=models.functions.Now())
    state = models.SmallIntegerField(choices=State.choices, db_default=State.NEW)
    attempts = models.SmallIntegerField(db_default=0)
    handled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, db_default="")

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state=0), name="delivery_waiting"),
            models.Index(fields=["handled_at"], condition=models.Q(state=1), name="delivery_handled"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class QuarantinedEntry(models.Model):
    """A part of a delivery that could not be used, with its reason; its siblings went through."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="quarantined")
    path = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("quarantined entry")
        verbose_name_plural = _("quarantined entries")

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"
