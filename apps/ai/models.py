from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.validators import MaxLengthValidator, MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.core.text import folded
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel
from apps.vault.fields import SealedTextField
from apps.vault.models import Secret
from apps.vault.services import read

MAX_PRICE = 1_000_000_000  # micros per million tokens: 1,000 of the currency
MAX_BUDGET = 10**12
WORDS = SearchVector("words", config="portuguese")


class Provider(TenantModel):
    """An AI service of the company's own account. Money is in micros: millionths of `currency`."""

    class Kind(models.TextChoices):
        OPENAI = "openai", _("OpenAI or compatible")
        ANTHROPIC = "anthropic", "Anthropic"

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.OPENAI)
    base_url = models.URLField(_("address"), max_length=300, blank=True)
    api_key = SealedTextField(_("API key"))
    secret = models.ForeignKey(
        Secret, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("or a secret")
    )
    model = models.CharField(
        _("model"),
        max_length=100,
        validators=[RegexValidator(r"\A[\w.:/@+-]+\Z", _("Copy the model's id, without spaces."))],
    )
    price_in = models.PositiveBigIntegerField(default=0, validators=[MaxValueValidator(MAX_PRICE)])
    price_out = models.PositiveBigIntegerField(default=0, validators=[MaxValueValidator(MAX_PRICE)])
    currency = models.CharField(
        _("currency"), max_length=3, default="USD", validators=[RegexValidator(r"\A[A-Z]{3}\Z")]
    )
    monthly_budget = models.PositiveBigIntegerField(null=True, blank=True, validators=[MaxValueValidator(MAX_BUDGET)])
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("AI provider")
        verbose_name_plural = _("AI providers")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="provider_name_once")]

    def __str__(self) -> str:
        return self.name

    def reveal_key(self) -> str:
        """Of the secret if one is chosen; raises WrongScope, Unreadable."""
        return read(self.secret, scope=Secret.Scope.AI) if self.secret else self.api_key.reveal()

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """Micros, rounded up."""
        return -(-(tokens_in * self.price_in + tokens_out * self.price_out) // 1_000_000)


class Spending(TenantModel):
    """What a provider has cost in one month, and what calls under way may cost at most."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="spendings")
    month = models.DateField()
    spent = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("AI spending")
        verbose_name_plural = _("AI spendings")
        constraints = [models.UniqueConstraint(fields=["provider", "month"], name="spending_once_a_month")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.month:%Y-%m}"


class Usage(TenantModel):
    """One call: reserved before it, settled after it."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Under way")
        DONE = "done", _("Done")
        FREE = "free", _("Failed, without cost")
        ASSUMED = "assumed", _("Failed, counted in full")

    spending = models.ForeignKey(Spending, on_delete=models.CASCADE, related_name="usages")
    model = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RESERVED)
    reserved = models.PositiveBigIntegerField()
    cost = models.PositiveBigIntegerField(default=0)
    tokens_in = models.PositiveBigIntegerField(default=0)
    tokens_out = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(default=now, editable=False)
    ms = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("AI usage")
        verbose_name_plural = _("AI usages")
        indexes = [models.Index(fields=["spending", "at"], condition=Q(state="reserved"), name="usage_under_way")]

    def __str__(self) -> str:
        return f"{self.model} {self.at:%Y-%m-%d %H:%M}"


class Snippet(TenantModel):
    """A piece of what the company knows, given to an AI when a question is about it. `words`: what it is found by."""

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=4_000, validators=[MaxLengthValidator(4_000)])
    words = models.TextField(editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("knowledge snippet")
        verbose_name_plural = _("knowledge snippets")
        constraints = [models.UniqueConstraint(fields=["organization", "title"], name="snippet_title_once")]
        indexes = [GinIndex(WORDS, name="snippet_words")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.words = folded(f"{self.title} {self.text}")
        super().save(*args, **kwargs)
