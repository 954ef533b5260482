from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel
from apps.teams.models.hours import BusinessHours, HolidayCalendar

AWAY_LENGTH = 1000


class Department(TenantModel):
    """A part of the company that answers customers."""

    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    color = models.CharField(_("colour"), max_length=16, default="green")
    is_active = models.BooleanField(_("active"), default=True)
    members = models.ManyToManyField(Membership, related_name="departments", blank=True, verbose_name=_("members"))
    hours = models.ForeignKey(
        BusinessHours,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="departments",
        verbose_name=_("business hours"),
    )
    calendar = models.ForeignKey(
        HolidayCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="departments",
        verbose_name=_("holidays"),
    )
    away_message = models.TextField(
        _("away message"),
        blank=True,
        max_length=AWAY_LENGTH,
        help_text=_("Sent once to who writes out of hours, where the queue says so."),
    )

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="department_once")]

    def __str__(self) -> str:
        return self.name
