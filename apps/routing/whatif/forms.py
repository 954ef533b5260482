"""A scenario as a form: its week, and a card of changes for each queue. Choices come from the tenant in scope."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.text import clean_name
from apps.organizations.models import Organization
from apps.routing.whatif import history
from apps.routing.whatif.changes import circle
from apps.routing.whatif.model import Line
from apps.routing.whatif.models import Scenario
from apps.teams.models import Queue
from apps.teams.models.queue import MOST_OVERFLOW_MINUTES, MOST_WAITING
from apps.teams.models.sla import MOST_MINUTES

WEEKS = 26
MOST_PEOPLE = 50
DAY_CHOICES = [
    ("workdays", gettext_lazy("Monday to Friday")),
    ("all", gettext_lazy("Every day")),
    ("weekend", gettext_lazy("Saturday and Sunday")),
]
_HOURS = [(hour, f"{hour:02d}:00") for hour in range(25)]


def past_weeks() -> list[date]:
    """Mondays of the weeks that are over, the latest first."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in range(1, WEEKS + 1)]


def week_label(monday: date) -> str:
    begin, end = (date_format(day, "SHORT_DATE_FORMAT") for day in (monday, monday + timedelta(days=6)))
    return _("%(begin)s to %(end)s") % {"begin": begin, "end": end}


class ScenarioForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Scenario
        fields = ["name"]

    week = forms.TypedChoiceField(label=gettext_lazy("Week to replay"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        offered = past_weeks()
        if not self.instance._state.adding and self.instance.week not in offered:
            offered.append(self.instance.week)
        self.fields["week"].choices = [(day.isoformat(), week_label(day)) for day in offered]  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.initial["week"] = self.instance.week.isoformat()

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Write a name."))
        if Scenario.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is already a scenario with this name. Choose another name."))
        return name

    def clean_week(self) -> date:
        week: date = self.cleaned_data["week"]
        if not history.has_arrivals(self.organization, week):
            raise ValidationError(_("No conversation arrived in this week. Choose another one."))
        return week


def _number(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    said = _between(least, most)
    return forms.IntegerField(
        label=label,
        required=False,
        help_text=help_text,
        validators=[MinValueValidator(least, said), MaxValueValidator(most, said)],
        widget=forms.NumberInput(attrs={"min": least, "max": most, "inputmode": "numeric"}),
    )


def _between(least: int, most: int) -> Any:
    return gettext_lazy("From %(least)s to %(most)s.") % {"least": least, "most": most}


class ChangeForm(forms.Form):
    """What is different in one queue. Fields begin with today's settings; what stays like them is no change."""

    people = forms.IntegerField(
        label=gettext_lazy("People more or fewer"),
        required=False,
        initial=0,
        help_text=gettext_lazy("2 adds two people, -1 takes one away."),
        widget=forms.NumberInput(attrs={"min": -MOST_PEOPLE, "max": MOST_PEOPLE}),
    )
    days = forms.ChoiceField(label=gettext_lazy("On"), choices=DAY_CHOICES, initial="workdays", required=False)
    from_hour = forms.TypedChoiceField(label=gettext_lazy("From"), choices=_HOURS[:-1], coerce=int, initial=9)
    to_hour = forms.TypedChoiceField(label=gettext_lazy("Until"), choices=_HOURS[1:], coerce=int, initial=18)
    capacity = _number(
        gettext_lazy("Conversations at a time"), 1, 100, gettext_lazy("Of each person of this queue. Empty: as it is.")
    )
    target_minutes = _number(
        gettext_lazy("First answer within (minutes)"), 1, MOST_MINUTES, gettext_lazy("Empty: no promise.")
    )
    max_waiting = _number(gettext_lazy("Maximum size"), 1, MOST_WAITING, gettext_lazy("Empty: no maximum."))
    overflow_minutes = _number(
        gettext_lazy("Overflow after (minutes)"), 1, MOST_OVERFLOW_MINUTES, gettext_lazy("Empty: never.")
    )
    overflow_queue_id = forms.ChoiceField(label=gettext_lazy("Overflow queue"), required=False)

    def __init__(
        self, *args: Any, queue: Queue, line: Line, queues: list[Queue], stored: Mapping[str, Any], **kwargs: Any
    ):
        super().__init__(*args, **kwargs | {"prefix": f"q{queue.pk.hex}"})
        self.queue, self.line, self.stored = queue, line, stored
        self.initial = {**self.current, **stored}
        others = [(str(other.pk), other.name) for other in queues if other.pk != queue.pk]
        self.fields["overflow_queue_id"].choices = [("", _("None")), *others]  # type: ignore[attr-defined]

    @property
    def current(self) -> dict[str, Any]:
        target = self.line.target_seconds
        return {
            "max_waiting": self.line.max_waiting,
            "overflow_minutes": self.line.overflow_minutes,
            "overflow_queue_id": str(self.line.overflow_queue_id or ""),
            "target_minutes": target // 60 if target else None,
        }

    @property
    def is_open(self) -> bool:
        return bool(self.stored or self.errors)

    def clean_people(self) -> int:
        people = self.cleaned_data["people"] or 0
        there = len(self.line.agents)
        if -people > there:
            said = ngettext(
                "%(number)d person serves this queue. No more can be missing.",
                "%(number)d people serve this queue. No more can be missing.",
                there,
            )
            raise ValidationError(said % {"number": there})
        if people > MOST_PEOPLE:
            raise ValidationError(_("At most %(number)d people more.") % {"number": MOST_PEOPLE})
        return int(people)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("people") and cleaned.get("from_hour", 0) >= cleaned.get("to_hour", 24):
            self.add_error("to_hour", _("Choose an hour after the first one."))
        sends_on = cleaned.get("max_waiting") or cleaned.get("overflow_minutes")
        if sends_on and cleaned.get("overflow_queue_id") == "":
            self.add_error("overflow_queue_id", _("Choose where the conversations go."))
        return cleaned

    def change(self) -> dict[str, Any]:
        """What differs from today, as a scenario stores it."""
        cleaned = self.cleaned_data
        found = {
            name: cleaned[name] or None
            for name, now in self.current.items()
            if (cleaned[name] or None) != (now or None)
        }
        if cleaned["people"]:
            found |= {name: cleaned[name] for name in ("people", "days", "from_hour", "to_hour")}
        return found | ({"capacity": cleaned["capacity"]} if cleaned["capacity"] else {})


class ChangeForms:
    """The cards of all queues; circles among them are refused on the queue's own field."""

    def __init__(self, data: Any, stored: Mapping[str, Any]) -> None:
        queues, lines = history.queues_and_lines()
        active = [queue for queue in queues if queue.is_active]
        self.lines = lines
        self.forms = [
            ChangeForm(data, queue=queue, line=lines[queue.pk], queues=active, stored=stored.get(str(queue.pk), {}))
            for queue in active
        ]

    def is_valid(self) -> bool:
        are_valid = all([form.is_valid() for form in self.forms])
        return are_valid and self._refuse_circles()

    def _refuse_circles(self) -> bool:
        goes = {form.queue.pk: form.cleaned_data["overflow_queue_id"] for form in self.forms}
        lines = {
            pk: Line(pk, self.lines[pk].name, overflow_queue_id=UUID(to) if to else None) for pk, to in goes.items()
        }
        for form in self.forms:
            if way := circle(lines, form.queue.pk):
                told = " → ".join(lines[pk].name for pk in way)
                form.add_error(
                    "overflow_queue_id",
                    _("This would go round in a circle: %(circle)s. Choose another queue.") % {"circle": told},
                )
        return not any(form.errors for form in self.forms)

    def changes(self) -> dict[str, Any]:
        return {str(form.queue.pk): change for form in self.forms if (change := form.change())}
