"""One way on for each case; the first that holds."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots.comparing import OPERATORS, holds
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import Column, RowsField, TextField
from apps.chatbots.turn import Outcome, Turn


class SwitchForm(NodeForm):
    variable = TextField(label=_("Variable"), max_length=160, lines=1)
    cases = RowsField(
        label=_("Cases"),
        columns=[
            Column("operator", _("Comparison"), 20, choices=tuple(OPERATORS.items())),
            Column("value", _("Value"), 1_000, required=False),
        ],
        most=30,
        with_id=True,
    )


class Switch(Node):
    kind, group, icon, title = "switch", "logic", "arrows-split", _("Several ways")
    form_class = SwitchForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        cases = [row for row in fields.get("cases") or [] if isinstance(row, dict) and row.get("id")]
        shown = {row["id"]: f"{OPERATORS.get(row.get('operator', ''), '')} {row.get('value', '')}" for row in cases}
        return [*(Port(key, label.strip()) for key, label in shown.items()), Port("other", str(_("Anything else")))]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        value = turn.value(fields["variable"])
        for case in fields["cases"]:
            if holds(case["operator"], value, turn.text(case["value"])):
                return Outcome(port=case["id"])
        return Outcome(port="other")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return str(fields.get("variable") or "")
