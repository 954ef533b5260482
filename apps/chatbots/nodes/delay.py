"""Waits a while. What the customer says meanwhile is kept for the next question."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.turn import NEXT, Outcome, Turn

UNITS = [("seconds", _("seconds")), ("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))]
LONGEST = timedelta(days=30)


class DelayForm(NodeForm):
    amount = forms.IntegerField(label=_("How long"), min_value=1, max_value=100_000)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, initial="minutes")


class Delay(Node):
    kind, group, icon, title = "delay", "logic", "hourglass", _("Wait a while")
    form_class = DelayForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is not None:
            return NEXT
        length = timedelta(**{fields["unit"] or "minutes": fields["amount"] or 1})
        return turn.rest(turn.at + min(length, LONGEST))

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return f"{fields.get('amount') or ''} {dict(UNITS).get(str(fields.get('unit')), '')}"
