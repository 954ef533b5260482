"""Two ways on: all (or any) of the comparisons hold, or not."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.comparing import OPERATORS, holds
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import Column, RowsField
from apps.chatbots.turn import Outcome, Turn


class ConditionForm(NodeForm):
    match = forms.ChoiceField(
        label=_("When"),
        choices=[("all", _("all of these hold")), ("any", _("any of these holds"))],
        initial="all",
        required=False,
    )
    rules = RowsField(
        label=_("Comparisons"),
        columns=[
            Column("variable", _("Variable"), 160),
            Column("operator", _("Comparison"), 20, choices=tuple(OPERATORS.items())),
            Column("value", _("Value"), 1_000, required=False),
        ],
        most=20,
    )


class Condition(Node):
    kind, group, icon, title = "condition", "logic", "arrows-split-2", _("Condition")
    form_class = ConditionForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [Port("yes", str(_("Yes"))), Port("no", str(_("No")))]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        found = (
            holds(rule["operator"], turn.value(rule["variable"]), turn.text(rule["value"])) for rule in fields["rules"]
        )
        return Outcome(port="yes" if (any(found) if fields["match"] == "any" else all(found)) else "no")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        joined = f" {_('or') if fields.get('match') == 'any' else _('and')} "
        rules = fields.get("rules")
        told = [
            f"{rule.get('variable', '')} {OPERATORS.get(rule.get('operator', ''), '')} {rule.get('value', '')}".strip()
            for rule in (rules if isinstance(rules, list) else [])
        ]
        return joined.join(told)
