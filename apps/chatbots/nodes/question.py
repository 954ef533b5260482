"""Asks, checks the answer, asks again a few times, and then goes the fallback way."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots import patterns
from apps.chatbots.answers import HINTS, TYPES, Asked, read
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import Column, RowsField, TextField, VariableField
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp.providers.limits import TEXT

MOST_MINUTES = 30 * 24 * 60


class AskingForm(NodeForm):
    """What every node that waits for an answer has."""

    variable = VariableField(label=_("Keep the answer as"), required=False)
    hint = TextField(label=_("When the answer doesn't fit"), max_length=1_000, lines=2, required=False)
    retries = forms.IntegerField(label=_("Ask again, at most"), min_value=0, max_value=10, initial=2, required=False)
    minutes = forms.IntegerField(label=_("Wait at most (minutes)"), min_value=1, max_value=MOST_MINUTES, required=False)


class QuestionForm(AskingForm):
    text = TextField(label=_("Question"), max_length=TEXT)
    type = forms.ChoiceField(label=_("Answer"), choices=list(TYPES.items()), initial="text")
    least = forms.IntegerField(label=_("Smallest number, or shortest text"), required=False)
    most = forms.IntegerField(label=_("Largest number, or longest text"), required=False)
    pattern = forms.CharField(label=_("Pattern"), max_length=patterns.LONGEST_PATTERN, required=False)
    choices = RowsField(
        label=_("Options"), columns=[Column("title", _("Option"), 80)], most=30, with_id=True, required=False
    )
    field_order = ["text", "type", "choices", "pattern", "least", "most"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("type")
        if kind == "pattern" and not (cleaned.get("pattern") and patterns.is_valid(cleaned["pattern"])):
            self.add_error("pattern", _("Write a pattern. Example: [A-Z]{3}-[0-9]{4}."))
        if kind == "choice" and not cleaned.get("choices"):
            self.add_error("choices", _("Add at least one option."))
        return cleaned


def asking_ports() -> list[Port]:
    return [
        Port("fallback", str(_("Gave no fitting answer")), optional=True),
        Port("timeout", str(_("Did not answer in time")), optional=True),
    ]


def wait(turn: Turn, fields: Fields) -> Outcome:
    minutes = fields["minutes"]
    return turn.hear(turn.at + timedelta(minutes=minutes) if minutes else None)


def ask_again(turn: Turn, fields: Fields, hint: str) -> Outcome:
    """The hint, and another wait; the fallback way when that was the last."""
    tried = turn.memory.get("tried", 0)
    if tried >= (2 if fields["retries"] is None else fields["retries"]):
        return Outcome(port="fallback")
    turn.memory["tried"] = tried + 1
    turn.send((turn.text(fields["hint"]) or hint)[:TEXT])
    return wait(turn, fields)


class Question(Node):
    kind, group, icon, title = "question", "ask", "help-circle", _("Question")
    form_class = QuestionForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), *asking_ports()]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is None:
            turn.send(turn.text(fields["text"])[:TEXT])
            return wait(turn, fields)
        asked = Asked(fields["least"], fields["most"], fields["pattern"], fields["choices"])
        answer = read(fields["type"], turn.said, asked)
        if answer is None:
            return ask_again(turn, fields, str(HINTS[fields["type"] or "text"]))
        turn.set(fields["variable"], answer)
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))
