"""Remembers values, or counts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.comparing import number
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import TextField, VariableField
from apps.chatbots.turn import NEXT, Outcome, Turn

HOW = [("set", _("Becomes")), ("add", _("Plus")), ("append", _("Add to the list")), ("clear", _("Forget it"))]
LONGEST_LIST = 200


class SetVariableForm(NodeForm):
    variable = VariableField(label=_("Variable"))
    how = forms.ChoiceField(label=_("What happens"), choices=HOW, initial="set", required=False)
    value = TextField(label=_("Value"), max_length=4_000, lines=2, required=False)


class SetVariable(Node):
    kind, group, icon, title = "set_variable", "logic", "variable", _("Set a variable")
    form_class = SetVariableForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        name, how, value = fields["variable"], fields["how"], turn.text(fields["value"])
        old = turn.state.variables.get(name)
        if how == "add":
            total = (number(old) or 0.0) + (number(value) or 0.0)
            turn.set(name, int(total) if total.is_integer() and abs(total) < 1e15 else total)
        elif how == "append":
            turn.set(name, [*(old if isinstance(old, list) else []), value][-LONGEST_LIST:])
        else:
            turn.set(name, None if how == "clear" else value)
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        signs = {"add": "+=", "append": "+=", "clear": "= ∅"}
        sign = signs.get(str(fields.get("how")), "=")
        return short(f"{fields.get('variable') or ''} {sign} {fields.get('value') or ''}")
