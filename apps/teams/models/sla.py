"""What is promised to customers, in minutes of business time."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.organizations.tenancy import TenantModel

MOST_MINUTES = 60 * 24 * 90
_RANGE = [
    MinValueValidator(1, _("At least one minute.")),
    MaxValueValidator(MOST_MINUTES, _("At most 129,600 minutes (90 days).")),
]


def _target(label: object, help_text: object) -> models.PositiveIntegerField:  # type: ignore[type-arg]
    return models.PositiveIntegerField(label, null=True, blank=True, validators=_RANGE, help_text=help_text)  # type: ignore[arg-type]


class SlaPolicy(TenantModel):
    """Targets of a queue. An empty one is not measured; a policy that is switched off measures nothing."""

    name = models.CharField(_("name"), max_length=60)
    first_answer_minutes = _target(_("first answer"), _("From the customer's first message to the first answer."))
    next_answer_minutes = _target(_("next answer"), _("From each later message of the customer to the next answer."))
    resolution_minutes = _target(_("resolution"), _("From the first message until the conversation is closed."))
    warning_percent = models.PositiveSmallIntegerField(
        _("warn at (%)"),
        default=75,
        validators=[MinValueValidator(10, _("Between 10 and 99.")), MaxValueValidator(99, _("Between 10 and 99."))],
        help_text=_("Of the target's time."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="sla_policy_once"),
            models.CheckConstraint(
                condition=models.Q(warning_percent__range=(10, 99)), name="sla_policy_warning_percent_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name
