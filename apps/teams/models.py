from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet


class Department(TenantModel):
    """A part of the company that answers customers."""

    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    color = models.CharField(_("colour"), max_length=16, default="green")
    is_active = models.BooleanField(_("active"), default=True)
    members = models.ManyToManyField(Membership, related_name="departments", blank=True, verbose_name=_("members"))

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="department_once")]

    def __str__(self) -> str:
        return self.name


class QueueQuerySet(TenantQuerySet["Queue"]):
    def of_member(self, membership: Membership) -> "QueueQuerySet":
        """Active queues that a member serves: named in the queue, or a member of its department when nobody is."""
        named = models.Q(members=membership)
        by_department = models.Q(members=None, department__members=membership)
        return self.filter(named | by_department, is_active=True).distinct()


class Queue(TenantModel):
    """Where conversations wait for an agent."""

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="queues", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=60)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5, help_text=_("1 is served first, 9 last."))
    is_active = models.BooleanField(_("active"), default=True)
    members = models.ManyToManyField(Membership, related_name="queues", blank=True, verbose_name=_("allowed agents"))
    created_at = models.DateTimeField(default=now, editable=False)

    objects = TenantManager.from_queryset(QueueQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["priority", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="queue_once"),
            models.CheckConstraint(condition=models.Q(priority__range=(1, 9)), name="queue_priority_range"),
        ]

    def __str__(self) -> str:
        return self.name
