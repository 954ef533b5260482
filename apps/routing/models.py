from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.organizations.tenancy import TenantModel
from apps.teams.models import Queue
from apps.whatsapp.models import Number


class NumberRoute(TenantModel):
    """Which queue a number's inbound conversations go to."""

    number = models.OneToOneField(Number, on_delete=models.CASCADE, related_name="route", verbose_name=_("number"))
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="routes", verbose_name=_("queue"))

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("number route")
        verbose_name_plural = _("number routes")

    def __str__(self) -> str:
        return f"{self.number} → {self.queue}"
