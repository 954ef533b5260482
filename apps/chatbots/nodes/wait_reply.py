"""Listens without asking: goes on with whatever the customer says, or after a time."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import VariableField
from apps.chatbots.nodes.question import MOST_MINUTES
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import NEXT, Outcome, Turn


class WaitReplyForm(NodeForm):
    minutes = forms.IntegerField(label=_("Wait at most (minutes)"), min_value=1, max_value=MOST_MINUTES)
    variable = VariableField(label=_("Keep the answer as"), required=False)


class WaitReply(Node):
    kind, group, icon, title = "wait_reply", "ask", "ear", _("Wait for an answer")
    form_class = WaitReplyForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), Port("timeout", str(_("Did not answer in time")))]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is None:
            return turn.hear(turn.at + timedelta(minutes=fields["minutes"] or 1))
        turn.set(fields["variable"], turn.said.text)
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return f"{cls.title} ({fields.get('minutes') or ''} min)"
