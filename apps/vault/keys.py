"""The keys that sealing needs, apart from the models that have sealed columns."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.tenancy import TenantModel


class DataKey(TenantModel):
    """One version of an organisation's data key, wrapped by a master key. The newest seals, all of them open."""

    version = models.PositiveIntegerField(default=1)
    wrapped = models.BinaryField()
    master = models.CharField(max_length=16, blank=True, help_text="Fingerprint of the master key that wrapped it.")
    created_at = models.DateTimeField(default=now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="Since when nothing is to be sealed with it.")

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")
        constraints = [models.UniqueConstraint(fields=["organization", "version"], name="data_key_version_once")]

    def __str__(self) -> str:
        return f"data key {self.version} of {self.organization_id}"
