"""Counts something for the reports."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import Column, RowsField, VariableField
from apps.chatbots.turn import NEXT, Outcome, Turn


class EventForm(NodeForm):
    name = VariableField(label=_("Name of the event"))
    details = RowsField(
        label=_("With"),
        columns=[Column("name", _("Name"), 40), Column("value", _("Value"), 300, required=False)],
        most=10,
        required=False,
    )


class Event(Node):
    kind, group, icon, title = "event", "act", "chart-bar", _("Analytics event")
    form_class = EventForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if fields["name"]:
            data = {row["name"]: turn.text(row["value"])[:300] for row in fields["details"]}
            turn.do(effects.Track, name=fields["name"], data=data)
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return str(fields.get("name") or "")
