from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.text import clean_text
from apps.teams.forms.base import MembersField, TeamForm, choice_of
from apps.teams.models import BusinessHours, Department, HolidayCalendar

COLORS = [
    ("green", _("Green")),
    ("teal", _("Teal")),
    ("azure", _("Light blue")),
    ("blue", _("Blue")),
    ("purple", _("Purple")),
    ("pink", _("Pink")),
    ("red", _("Red")),
    ("orange", _("Orange")),
    ("yellow", _("Yellow")),
]
MESSAGE = forms.Textarea(attrs={"rows": 3})


class DepartmentForm(TeamForm):
    taken = _("There is already a department with this name. Choose another name.")
    linked = ("hours", "calendar")
    changes_promises = True
    color = forms.ChoiceField(label=_("Colour"), choices=COLORS, initial="green", widget=forms.RadioSelect)
    members = MembersField(label=_("Members"), help_text=_("They answer the queues of this department."))
    hours = choice_of(BusinessHours, _("Business hours"), _("Always open"))
    calendar = choice_of(HolidayCalendar, _("Holidays"), _("Open on holidays"))

    class Meta:
        model = Department
        fields = ["name", "description", "color", "away_message"]
        widgets = {"away_message": MESSAGE}

    def clean_away_message(self) -> Any:
        return clean_text(self.cleaned_data["away_message"]).strip()
