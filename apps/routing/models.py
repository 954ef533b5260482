from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.organizations.models import Organization
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.routing.whatif.models import Scenario, ScenarioState
from apps.teams.models import Queue
from apps.whatsapp.models import Number

__all__ = [
    "ClockKind",
    "ClockState",
    "NumberRoute",
    "Scenario",
    "ScenarioState",
    "SlaClock",
    "SlaClockQuerySet",
    "SlaReview",
]


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


class ClockKind(models.TextChoices):
    """What is promised."""

    FIRST_ANSWER = "first_answer", _("First answer")
    NEXT_ANSWER = "next_answer", _("Next answer")
    RESOLUTION = "resolution", _("Resolution")


class ClockState(models.TextChoices):
    """The first three are open. `DROPPED`: nobody waits for it any more (closed unanswered, or promised no longer)."""

    OK = "ok", _("In time")
    RISK = "risk", _("At risk")
    BREACHED = "breached", _("Broken")
    MET = "met", _("Kept")
    LATE = "late", _("Done late")
    DROPPED = "dropped", _("Not needed any more")


class SlaClockQuerySet(TenantQuerySet["SlaClock"]):
    def open(self) -> "SlaClockQuerySet":
        return self.filter(ended_at=None)

    def alerts(self) -> "SlaClockQuerySet":
        """Those that warned or were breached."""
        return self.filter(alerted_at__isnull=False)


class SlaClock(TenantModel):
    """One promise to one customer, on its queue's business time. Written only under the conversation's lock.

    While it runs, `running_since` says since when and `spent_seconds` what was spent before; while it is paused the
    former is empty. `alarm_at` is when the sweep has to look: at `warn_at` first, then at `due_at`.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="clocks")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("promise"), max_length=12, choices=ClockKind.choices)
    state = models.CharField(_("state"), max_length=8, choices=ClockState.choices, default=ClockState.OK)
    target_seconds = models.PositiveIntegerField(help_text="Of business time.")
    warning_percent = models.PositiveSmallIntegerField(default=75)
    started_at = models.DateTimeField()
    spent_seconds = models.FloatField(default=0, help_text="Business time before `running_since`.")
    running_since = models.DateTimeField(null=True, blank=True)
    waits_for_customer = models.BooleanField(default=False)
    warn_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    alarm_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True, help_text="The newest of warning and breach.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(SlaClockQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("SLA clock")
        verbose_name_plural = _("SLA clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "kind"], condition=models.Q(ended_at=None), name="sla_clock_open_once"
            ),
            models.CheckConstraint(condition=models.Q(state__in=ClockState.values), name="sla_clock_state_known"),
            models.CheckConstraint(condition=models.Q(kind__in=ClockKind.values), name="sla_clock_kind_known"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, state__in=["ok", "risk", "breached"])
                | models.Q(
                    ended_at__isnull=False, running_since=None, alarm_at=None, state__in=["met", "late", "dropped"]
                ),
                name="sla_clock_open_or_over",
            ),
        ]
        indexes = [
            models.Index(fields=["alarm_at"], condition=models.Q(alarm_at__isnull=False), name="sla_clock_alarm"),
            models.Index(
                fields=["organization", "-alerted_at", "-id"],
                condition=models.Q(alerted_at__isnull=False),
                name="sla_clock_alerts",
            ),
            models.Index(
                fields=["organization", "state", "-alerted_at", "-id"],
                condition=models.Q(alerted_at__isnull=False, ended_at=None),
                name="sla_clock_alerts_open",
            ),
            models.Index(
                fields=["queue", "-alerted_at", "-id"],
                condition=models.Q(alerted_at__isnull=False),
                name="sla_clock_alerts_of_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_paused(self) -> bool:
        return self.ended_at is None and self.running_since is None


class SlaReview(TenantModel):
    """A queue whose policy, hours or holidays were changed: its live conversations get their due times anew, in the
    order of their ids. `after` is the last one that has."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="+")
    after = models.UUIDField(default=UUID(int=0))
    asked_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("SLA review")
        verbose_name_plural = _("SLA reviews")
        indexes = [models.Index(fields=["asked_at"], name="sla_review_oldest")]

    def __str__(self) -> str:
        return f"{self.queue} {self.asked_at:%Y-%m-%d %H:%M}"
