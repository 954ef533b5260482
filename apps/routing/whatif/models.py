from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel


class ScenarioState(models.TextChoices):
    WAITING = "waiting", _("Waiting its turn")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


class Scenario(TenantModel):
    """A past week with other staff and rules: what would be different, and, once it has run, what came of it.

    `changes`: queue id → what `changes.Change.of` reads. `result`: what `running` stores. A run holds the row by
    `run_id` and renews `claimed_at`; who finds another `run_id` there has lost it.
    """

    name = models.CharField(_("name"), max_length=60)
    author = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    week = models.DateField(_("week"), help_text="Its Monday.")
    changes = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=ScenarioState.choices, default=ScenarioState.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    problem = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_id = models.UUIDField(null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="scenario_once"),
            models.CheckConstraint(condition=models.Q(state__in=ScenarioState.values), name="scenario_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(state__in=["waiting", "running"]), name="scenario_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        return self.state in (ScenarioState.WAITING, ScenarioState.RUNNING)
