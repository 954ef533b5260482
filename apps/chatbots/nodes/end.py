"""The end of the flow; inside a sub-flow, back to where it was called."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects, state
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.turn import Outcome, Turn


class EndForm(NodeForm):
    then = forms.ChoiceField(
        label=_("Then"),
        choices=[("leave", _("Leave the conversation with the bot")), ("close", _("Close the conversation"))],
        initial="leave",
        required=False,
    )


class End(Node):
    kind, group, icon, title = "end", "end", "flag", _("End")
    form_class = EndForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return []

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if fields["then"] != "close":
            return Outcome(finish=state.ENDED)
        turn.do(effects.Close)
        return Outcome(finish=state.CLOSED)

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return str(_("Close the conversation") if fields.get("then") == "close" else _("The flow ends here"))
