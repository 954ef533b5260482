from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet
from apps.teams.models.agent import LEVELS, MemberSkill, Skill
from apps.teams.models.department import AWAY_LENGTH, Department
from apps.teams.models.hours import BusinessHours, HolidayCalendar
from apps.teams.models.sla import SlaPolicy

MOST_WAITING = 100_000
MOST_OVERFLOW_MINUTES = 7 * 24 * 60


class OutOfHours(models.TextChoices):
    """What happens to a conversation that arrives while the queue is closed."""

    WAIT = "wait", _("It waits in the queue")
    MESSAGE = "message", _("It waits, and the customer gets the away message")
    OVERFLOW = "overflow", _("It goes to the overflow queue")


class RoutingMode(models.TextChoices):
    MANUAL = "manual", _("Agents pull the next one")
    ROUND_ROBIN = "round_robin", _("In turn, among who is free")
    LEAST_BUSY = "least_busy", _("Whoever has the fewest conversations")
    SKILLS = "skills", _("Whoever knows the required skills best")


class QueueQuerySet(TenantQuerySet["Queue"]):
    def of_member(self, membership: Membership | UUID) -> "QueueQuerySet":
        """Active queues that a member serves: named in the queue, or a member of its department when nobody is."""
        allowed = Queue.members.through.objects.filter(queue=models.OuterRef("pk"))
        colleagues = Department.members.through.objects.filter(department=models.OuterRef("department"))
        named = models.Exists(allowed.filter(membership=membership))
        by_department = ~models.Exists(allowed) & models.Exists(colleagues.filter(membership=membership))
        return self.filter(named | by_department, is_active=True)

    def within_skills_of(self, membership: Membership | UUID) -> "QueueQuerySet":
        """For which the member has every required skill, well enough."""
        known = MemberSkill.objects.filter(
            membership=membership, skill=models.OuterRef("skill"), level__gte=models.OuterRef("minimum")
        )
        lacking = QueueSkill.objects.filter(~models.Exists(known), queue=models.OuterRef("pk"))
        return self.filter(~models.Exists(lacking))

    def for_member(self, membership: Membership | UUID) -> "QueueQuerySet":
        """Which the member serves and has the skills for."""
        return self.of_member(membership).within_skills_of(membership)


class Queue(TenantModel):
    """Where conversations wait for an agent."""

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="queues", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=60)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5, help_text=_("1 is served first, 9 last."))
    is_active = models.BooleanField(_("active"), default=True)
    members = models.ManyToManyField(Membership, related_name="queues", blank=True, verbose_name=_("allowed agents"))
    mode = models.CharField(
        _("who gets the next one"), max_length=11, choices=RoutingMode.choices, default=RoutingMode.MANUAL
    )
    sla_policy = models.ForeignKey(
        SlaPolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="queues", verbose_name=_("SLA policy")
    )
    hours = models.ForeignKey(
        BusinessHours,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queues",
        verbose_name=_("business hours"),
    )
    calendar = models.ForeignKey(
        HolidayCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queues",
        verbose_name=_("holidays"),
    )
    away_message = models.TextField(_("away message"), blank=True, max_length=AWAY_LENGTH)
    out_of_hours = models.CharField(
        _("out of hours"), max_length=8, choices=OutOfHours.choices, default=OutOfHours.WAIT
    )
    max_waiting = models.PositiveIntegerField(
        _("maximum size"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1, _("At least 1.")), MaxValueValidator(MOST_WAITING, _("At most 100,000."))],
        help_text=_("From this many waiting conversations on, new ones go to the overflow queue."),
    )
    overflow_minutes = models.PositiveIntegerField(
        _("overflow after (minutes)"),
        null=True,
        blank=True,
        validators=[
            MinValueValidator(1, _("At least one minute.")),
            MaxValueValidator(MOST_OVERFLOW_MINUTES, _("At most 10,080 minutes (7 days).")),
        ],
        help_text=_("Who waits longer than this goes to the overflow queue."),
    )
    overflow_queue = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="overflows_from",
        verbose_name=_("overflow queue"),
    )
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
            models.CheckConstraint(condition=models.Q(mode__in=RoutingMode.values), name="queue_mode_known"),
            models.CheckConstraint(
                condition=models.Q(out_of_hours__in=OutOfHours.values), name="queue_out_of_hours_known"
            ),
            models.CheckConstraint(
                condition=models.Q(overflow_queue=None) | ~models.Q(overflow_queue=models.F("id")),
                name="queue_not_its_own_overflow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization"],
                condition=models.Q(overflow_minutes__isnull=False, is_active=True),
                name="queue_overflows_by_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QueueSkill(TenantModel):
    """What an agent needs to serve a queue, and how well at least."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="required_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="queues")
    minimum = models.PositiveSmallIntegerField(_("minimum level"), choices=LEVELS, default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("required skill")
        verbose_name_plural = _("required skills")
        constraints = [
            models.UniqueConstraint(fields=["queue", "skill"], name="queue_skill_once"),
            models.CheckConstraint(condition=models.Q(minimum__range=(1, 5)), name="queue_skill_minimum_range"),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} ≥ {self.minimum}"
