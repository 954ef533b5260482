"""A text; with blank lines between its parts, several in order."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import TextField
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp.providers.limits import TEXT


class MessageForm(NodeForm):
    text = TextField(label=_("Message"), max_length=TEXT)
    in_parts = forms.BooleanField(label=_("Send each paragraph as its own message"), required=False)


class Message(Node):
    kind, group, icon, title = "message", "talk", "message", _("Message")
    form_class = MessageForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        text = turn.text(fields["text"])
        for part in text.split("\n\n") if fields["in_parts"] else [text]:
            turn.send(part.strip()[:TEXT])
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))
