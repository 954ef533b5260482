"""A way on by chance, with weights: an A/B split."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots.comparing import number
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import Column, RowsField, VariableField
from apps.chatbots.turn import Outcome, Turn


class RandomForm(NodeForm):
    ways = RowsField(
        label=_("Ways"),
        columns=[Column("title", _("Name"), 40), Column("weight", _("Weight"), 6, required=False)],
        most=10,
        with_id=True,
    )
    variable = VariableField(label=_("Keep the name of the way as"), required=False)


def weight_of(row: Fields) -> float:
    """An empty weight counts one; what is no number, or negative, nothing."""
    return max(0.0, number(row["weight"]) or 0.0) if row["weight"] else 1.0


class Random(Node):
    kind, group, icon, title = "random", "logic", "arrows-shuffle", _("A/B split")
    form_class = RandomForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        ways = fields.get("ways") or []
        return [Port(row["id"], str(row.get("title", ""))) for row in ways if isinstance(row, dict) and row.get("id")]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        ways = fields["ways"]
        if not ways:
            return Outcome()
        weights = [weight_of(row) for row in ways]
        chosen = turn.random.choices(ways, weights if sum(weights) > 0 else None)[0]
        turn.set(fields["variable"], chosen["title"])
        return Outcome(port=chosen["id"])

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return " / ".join(port.label for port in cls.ports(fields))
