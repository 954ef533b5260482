from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.conversations.models.conversation import Conversation
from apps.conversations.models.message import Message
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel
from apps.teams.models import Queue

COMMENT_TIME = timedelta(minutes=10)


class SurveyPolicy(TenantModel):
    """Whether and how a company asks its customers for a rating when a conversation is resolved."""

    class Style(models.TextChoices):
        FACES = "faces", _("Three faces, as buttons")
        STARS = "stars", _("One to five stars, as a list")

    is_on = models.BooleanField(_("Ask customers for a rating"), default=False)
    style = models.CharField(_("Answers"), max_length=8, choices=Style.choices, default=Style.FACES)
    question = models.CharField(_("Question"), max_length=600, blank=True)
    asks_comment = models.BooleanField(_("Ask for a comment afterwards"), default=True)
    template_name = models.CharField(_("Template for after the 24-hour window"), max_length=512, blank=True)
    template_language = models.CharField(_("Language of the template"), max_length=15, blank=True, default="pt_BR")
    silent_queues = models.ManyToManyField(Queue, related_name="+", blank=True, verbose_name=_("Queues that don't ask"))

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("survey policy")
        verbose_name_plural = _("survey policies")
        constraints = [models.UniqueConstraint(fields=["organization"], name="survey_policy_once")]

    def __str__(self) -> str:
        return str(_("on") if self.is_on else _("off"))


class Survey(TenantModel):
    """The question that closed a conversation, and the customer's answer."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="survey")
    agent = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    question = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=now)
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("1 is bad, 5 is excellent."))
    answered_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)
    comment_until = models.DateTimeField(null=True, blank=True, help_text=_("Until then a text is the comment."))

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score=None, answered_at=None)
                | models.Q(score__range=(1, 5), answered_at__isnull=False),
                name="survey_score_range",
            )
        ]
        indexes = [
            models.Index(
                fields=["comment_until"], condition=models.Q(comment_until__isnull=False), name="survey_commenting"
            ),
            models.Index(fields=["agent", "answered_at"], condition=~models.Q(score=None), name="survey_of_agent"),
            models.Index(
                fields=["organization", "answered_at"], condition=~models.Q(score=None), name="survey_of_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score or '–'}"
