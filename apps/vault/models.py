from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.tenancy import TenantModel


class DataKey(TenantModel):
    """An organisation's data key, wrapped by the master key."""

    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")
        constraints = [models.UniqueConstraint(fields=["organization"], name="data_key_once")]

    def __str__(self) -> str:
        return f"data key of {self.organization_id}"
