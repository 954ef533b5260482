"""Everything about a queue."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.events import publish
from apps.core.text import clean_text
from apps.teams.events import QueueChanged
from apps.teams.forms.base import MembersField, SkillLevels, TeamForm, choice_of
from apps.teams.forms.department import MESSAGE
from apps.teams.models import (
    BusinessHours,
    Department,
    HolidayCalendar,
    OutOfHours,
    Queue,
    QueueSkill,
    RoutingMode,
    SlaPolicy,
)
from apps.teams.overflow import check_chain


class QueueForm(SkillLevels, TeamForm):
    """Save it inside a transaction that began with `overflow.lock_chains()`."""

    taken = _("There is already a queue with this name. Choose another name.")
    no_level = _("Not required")
    linked = ("department", "sla_policy", "hours", "calendar", "overflow_queue")
    department = choice_of(Department, _("Department"), None, required=True)
    members = MembersField(
        label=_("Allowed agents"), help_text=_("Nobody marked: everyone in the department answers this queue.")
    )
    sla_policy = choice_of(SlaPolicy, _("SLA policy"), _("No promise"))
    hours = choice_of(BusinessHours, _("Business hours"), _("As the department"))
    calendar = choice_of(HolidayCalendar, _("Holidays"), _("As the department"))
    overflow_queue = choice_of(
        Queue,
        _("Overflow queue"),
        _("None"),
        error_messages={"invalid_choice": _("This queue is not active any more. Choose another one.")},
    )

    class Meta:
        model = Queue
        fields = [
            "name",
            "priority",
            "mode",
            "away_message",
            "out_of_hours",
            "max_waiting",
            "overflow_minutes",
        ]
        widgets = {"priority": forms.NumberInput(attrs={"min": 1, "max": 9}), "away_message": MESSAGE}
        help_texts = {"away_message": _("Empty: the department's.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("mode", "out_of_hours"):  # what a form of an older page does not say stays as it is
            self.fields[name].required = False
        required = (
            {} if self.instance._state.adding else dict(self.instance.required_skills.values_list("skill", "minimum"))
        )
        self.add_levels(required)

    def rows_of(self, name: str) -> Any:
        rows = super().rows_of(name)
        if name == "department":
            return rows.filter(is_active=True) | rows.filter(pk=self.instance.department_id)
        if name == "overflow_queue":
            return rows.filter(is_active=True).exclude(pk=self.instance.pk)
        return rows

    def clean_priority(self) -> int:
        priority = int(self.cleaned_data["priority"])
        if not 1 <= priority <= 9:
            raise ValidationError(_("The priority goes from 1 (first) to 9 (last)."))
        return priority

    def clean_mode(self) -> str:
        return str(self.cleaned_data["mode"] or self.instance.mode)

    def clean_out_of_hours(self) -> str:
        return str(self.cleaned_data["out_of_hours"] or self.instance.out_of_hours)

    def clean_away_message(self) -> str:
        return str(clean_text(self.cleaned_data["away_message"]).strip())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_overflow(cleaned)
        if cleaned.get("mode") == RoutingMode.SKILLS and not self.levels(cleaned):
            self.add_error("mode", _("This needs at least one required skill. Choose it below."))
        message = cleaned.get("away_message") or getattr(cleaned.get("department"), "away_message", "")
        if cleaned.get("out_of_hours") == OutOfHours.MESSAGE and not message:
            self.add_error("away_message", _("Write the message that the customer gets, here or in the department."))
        return cleaned

    def _check_overflow(self, cleaned: dict[str, Any]) -> None:
        if "overflow_queue" not in cleaned:
            return
        target = cleaned["overflow_queue"]
        sends_on = cleaned.get("max_waiting") or cleaned.get("overflow_minutes")
        if target is None and (sends_on or cleaned.get("out_of_hours") == OutOfHours.OVERFLOW):
            self.add_error("overflow_queue", _("Choose where the conversations go."))
        elif target is not None:
            try:
                check_chain(self.instance, target)
            except ValidationError as error:
                self.add_error("overflow_queue", error)

    def save(self, commit: bool = True) -> Any:
        queue = super().save(commit=commit)
        queue.required_skills.all().delete()
        QueueSkill.objects.bulk_create(
            QueueSkill(queue=queue, skill=skill, minimum=minimum)
            for skill, minimum in self.levels(self.cleaned_data).items()
        )
        publish(QueueChanged(queue.organization_id, queue.pk))
        return queue
