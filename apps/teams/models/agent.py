"""What a member can do and how much, and whether they are there now."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel

DEFAULT_CAPACITY = 5
DEFAULT_IDLE_MINUTES = 10
DEFAULT_REQUEUE_MINUTES = 15
LEVELS = [
    (1, _("1 – beginner")),
    (2, _("2 – basic")),
    (3, _("3 – good")),
    (4, _("4 – very good")),
    (5, _("5 – expert")),
]
_CAPACITY = [MinValueValidator(1, _("From 1 to 100.")), MaxValueValidator(100, _("From 1 to 100."))]


class TeamSettings(TenantModel):
    """One row per company, made when somebody changes a default."""

    capacity = models.PositiveSmallIntegerField(
        _("conversations at a time"),
        default=DEFAULT_CAPACITY,
        validators=_CAPACITY,
        help_text=_("How many open conversations an agent has at most, unless their own page says otherwise."),
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("minutes until away"),
        default=DEFAULT_IDLE_MINUTES,
        validators=[MinValueValidator(1, _("From 1 to 240.")), MaxValueValidator(240, _("From 1 to 240."))],
        help_text=_("Who touches neither keyboard nor mouse for this long counts as away."),
    )

    requeue_minutes = models.PositiveSmallIntegerField(
        _("minutes until back in the queue"),
        null=True,
        blank=True,
        default=DEFAULT_REQUEUE_MINUTES,
        validators=[MinValueValidator(1, _("From 1 to 1,440.")), MaxValueValidator(1440, _("From 1 to 1,440."))],
        help_text=_(
            "When an agent stays offline this long, customers who wait for their answer return to the queue. "
            "Empty: never."
        ),
    )
    own_skills = models.BooleanField(
        _("agents set their own skills"),
        default=False,
        help_text=_("Each on their profile. Skills decide what somebody may take: every change is in the audit trail."),
    )

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("team settings")
        verbose_name_plural = _("team settings")
        constraints = [models.UniqueConstraint(fields=["organization"], name="team_settings_once")]

    def __str__(self) -> str:
        return f"{self.capacity} / {self.idle_minutes} min"


class PresenceState(models.TextChoices):
    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")
    OFFLINE = "offline", _("Offline")


class Agent(TenantModel):
    """Beside a membership: capacity and presence. Who has no row is offline and has the company's capacity.

    `chosen` is what the person set; `presence` is what follows from it, from their sockets and from their hands.
    """

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="agent")
    capacity = models.PositiveSmallIntegerField(
        _("conversations at a time"), null=True, blank=True, validators=_CAPACITY
    )
    chosen = models.CharField(max_length=7, choices=PresenceState.choices, default=PresenceState.ONLINE)
    presence = models.CharField(max_length=7, choices=PresenceState.choices, default=PresenceState.OFFLINE)
    presence_changed_at = models.DateTimeField(default=now)
    last_seen_at = models.DateTimeField(null=True, blank=True, help_text="A live socket was there.")
    last_active_at = models.DateTimeField(null=True, blank=True, help_text="The person did something.")
    last_given_at = models.DateTimeField(null=True, blank=True, help_text="Round robin: the longest ago comes next.")

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [
            models.CheckConstraint(condition=models.Q(presence__in=PresenceState.values), name="agent_presence_known"),
            models.CheckConstraint(condition=models.Q(chosen__in=PresenceState.values), name="agent_chosen_known"),
        ]
        indexes = [
            models.Index(fields=["organization"], condition=~models.Q(presence="offline"), name="agent_here"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.presence}"


class OnlineSpan(TenantModel):
    """From when to when an agent was online; written with each change of presence, so that a week can be replayed."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("time online")
        verbose_name_plural = _("times online")
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=models.Q(ended_at=None), name="online_span_open_once"
            ),
        ]
        indexes = [models.Index(fields=["membership", "began_at"], name="online_span_of_member")]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.began_at:%Y-%m-%d %H:%M}"


class Skill(TenantModel):
    """Something that some agents can do: a language, a product, refunds."""

    name = models.CharField(_("name"), max_length=40)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="skill_once")]

    def __str__(self) -> str:
        return self.name


class MemberSkill(TenantModel):
    """How well a member has a skill, from 1 to 5."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="members")
    level = models.PositiveSmallIntegerField(_("level"), choices=LEVELS)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("skill of a member")
        verbose_name_plural = _("skills of members")
        constraints = [
            models.UniqueConstraint(fields=["membership", "skill"], name="member_skill_once"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="member_skill_level_range"),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} {self.level}"
