"""Business hours, holiday calendars and special days."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from apps.core.text import clean_name
from apps.core.zones import time_zone_choices
from apps.teams.calendar import DAY_MINUTES, Minutes
from apps.teams.forms.base import NamedForm
from apps.teams.models import BusinessHours, HolidayCalendar, SpecialDay
from apps.teams.models.hours import interval_problem

FIRST_YEAR, LAST_YEAR = 2000, 2100


def clock(minutes: int) -> str:
    """Minutes after midnight as HH:MM; 24:00 is shown as 00:00, which a time input can hold."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def parse_clock(text: str) -> int:
    """HH:MM (or HH:MM:SS, as some browsers send) in minutes; raises ValidationError."""
    hours, _colon, rest = text.strip().partition(":")
    minutes = rest.partition(":")[0]
    if (
        not (hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit())
        or len(hours + minutes) > 4
    ):
        raise ValidationError(_("Write times like 08:00."))
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > DAY_MINUTES:
        raise ValidationError(_("Write times like 08:00."))
    return total


class IntervalsWidget(forms.Widget):
    """Pairs of time inputs; `name_from` and `name_to` come once for each interval."""

    template_name = "teams/widgets/intervals.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        begins, ends = (self._all(data, f"{name}_{end}") for end in ("from", "to"))
        return list(zip(begins, ends, strict=False))

    def _all(self, data: Any, name: str) -> list[str]:
        return data.getlist(name) if isinstance(data, MultiValueDict) else list(data.get(name, []))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_from" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["pairs"] = list(_as_text(value)) or [("", "")]
        return context


def _as_text(value: Any) -> Iterator[tuple[str, str]]:
    for begin, end in value or ():
        yield (clock(begin), clock(end)) if isinstance(begin, int) else (begin, end)


class IntervalsField(forms.Field):
    """One day's intervals, sorted; an end of 00:00 means midnight."""

    widget = IntervalsWidget

    def clean(self, value: Any) -> list[Minutes]:
        pairs = [(begin, end) for begin, end in value or () if begin or end]
        if any(not (begin and end) for begin, end in pairs):
            raise ValidationError(_("Write both times, or neither."))
        found = sorted((parse_clock(begin), parse_clock(end) or DAY_MINUTES) for begin, end in pairs)
        if problem := interval_problem(found):
            raise ValidationError(problem)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


class BusinessHoursForm(NamedForm):
    taken = _("There are already business hours with this name. Choose another name.")
    changes_promises = True
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        error_messages={"invalid_choice": _("This time zone does not exist. Choose one of the list.")},
    )

    class Meta:
        model = BusinessHours
        fields = ["name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices()  # type: ignore[attr-defined]
        for day in range(7):
            self.fields[f"day_{day}"] = IntervalsField(
                label=WEEKDAYS[day], required=False, initial=self.instance.week[day]
            )

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[f"day_{day}"] for day in range(7)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        days = [cleaned.get(f"day_{day}") for day in range(7)]
        if None in days:
            return cleaned
        if not any(days):
            raise ValidationError(_("Open on at least one day."))
        self.instance.week = [[list(interval) for interval in day or ()] for day in days]
        return cleaned


class HolidayCalendarForm(NamedForm):
    taken = _("There is already a calendar with this name. Choose another name.")
    changes_promises = True

    class Meta:
        model = HolidayCalendar
        fields = ["name", "region", "with_optional"]


class SpecialDayForm(forms.ModelForm):  # type: ignore[type-arg]
    """One date of a calendar; the times matter for other hours only."""

    opens = forms.CharField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.CharField(label=_("To"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))

    class Meta:
        model = SpecialDay
        fields = ["date", "name", "kind"]
        widgets = {"date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, calendar: HolidayCalendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.calendar = calendar

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Choose a date between 2000 and 2100."))
        if self.instance.calendar.days.filter(date=day).exists():
            raise ValidationError(_("This date is already in the calendar. Remove it first to change it."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == SpecialDay.Kind.SHORTENED:
            self._clean_times(cleaned)
        return cleaned

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        try:
            begins, ends = parse_clock(cleaned["opens"]), parse_clock(cleaned["closes"]) or DAY_MINUTES
        except ValidationError as error:
            self.add_error("opens", error)
            return
        if problem := interval_problem([(begins, ends)]):
            self.add_error("closes", problem)
        self.instance.begins, self.instance.ends = begins, ends
