"""Where every session begins."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import Column, RowsField
from apps.chatbots.turn import NEXT, Outcome, Turn


class StartForm(NodeForm):
    variables = RowsField(
        label=_("Variables at the beginning"),
        columns=[Column("name", _("Name"), 40), Column("value", _("Value"), 1_000, required=False)],
        most=50,
        required=False,
    )


class Start(Node):
    kind, group, icon, title = "start", "logic", "player-play", pgettext_lazy("step", "Start")
    form_class = StartForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        """What the trigger brought is kept."""
        for row in fields["variables"]:
            if row["name"] not in turn.state.variables:
                turn.set(row["name"], turn.text(row["value"]))
        return NEXT
