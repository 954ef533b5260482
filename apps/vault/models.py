from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel
from apps.vault.fields import SealedTextField
from apps.vault.keys import DataKey

__all__ = ["DataKey", "Secret"]


class Secret(TenantModel):
    """A password, token or key that a company keeps under a name; its value is shown only by an audited verb."""

    class Scope(models.TextChoices):
        """Who may use it."""

        ANY = "any", _("Everything")
        CHATBOTS = "chatbots", _("Chatbots")
        DATASOURCES = "datasources", _("Databases")
        AI = "ai", _("AI")
        INTEGRATIONS = "integrations", _("Integrations")

    name = models.CharField(
        _("name"),
        max_length=60,
        validators=[
            RegexValidator(r"\A[A-Za-z][A-Za-z0-9_-]*\Z", _("Begin with a letter; then letters, digits, _ and - only."))
        ],
    )
    scope = models.CharField(_("may be used by"), max_length=16, choices=Scope.choices, default=Scope.ANY)
    value = SealedTextField(_("value"))
    masked = models.CharField(max_length=16, editable=False)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    rotated_at = models.DateTimeField(default=now, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="secret_name_once")]

    def __str__(self) -> str:
        return self.name
