"""Whether today lies between two days, or is one of some weekdays."""

from datetime import date
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.turn import Outcome, Turn


class DateForm(NodeForm):
    begins = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    ends = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        choices=[(str(day), name) for day, name in WEEKDAYS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_begins(self) -> str:
        return _text(self.cleaned_data["begins"])

    def clean_ends(self) -> str:
        return _text(self.cleaned_data["ends"])


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def today(turn: Turn) -> date:
    """On the company's clock."""
    zone = turn.value("company.time_zone")
    return turn.at.astimezone(ZoneInfo(zone if isinstance(zone, str) and zone else "America/Sao_Paulo")).date()


class Date(Node):
    kind, group, icon, title = "date", "logic", "calendar", _("Date")
    form_class = DateForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [Port("yes", str(_("Yes"))), Port("no", str(_("No")))]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        day = today(turn)
        fits = (not fields["begins"] or day.isoformat() >= fields["begins"]) and (
            not fields["ends"] or day.isoformat() <= fields["ends"]
        )
        fits = fits and (not fields["weekdays"] or str(day.weekday()) in fields["weekdays"])
        return Outcome(port="yes" if fits else "no")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return f"{fields.get('begins') or '…'} – {fields.get('ends') or '…'}"
