"""A Pix charge: the code to copy and paste, and the wait for its payment."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects, state
from apps.chatbots.comparing import number
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import TextField, VariableField
from apps.chatbots.pix import CITY, NAME, br_code
from apps.chatbots.state import Waiting
from apps.chatbots.turn import Outcome, Turn
from apps.whatsapp.providers.limits import TEXT

MOST_CENTS = 100_000_000


class PixForm(NodeForm):
    text = TextField(label=_("Message"), max_length=TEXT)
    key = forms.CharField(label=_("Pix key"), max_length=77)
    name = forms.CharField(label=_("Name of the receiver"), max_length=NAME)
    city = forms.CharField(label=_("City of the receiver"), max_length=CITY)
    amount = TextField(label=_("Amount in reais"), max_length=80, lines=1, help_text=_("A number or a variable."))
    description = TextField(label=_("Description"), max_length=40, lines=1, required=False)
    code = VariableField(label=_("Keep the Pix code as"), required=False)
    minutes = forms.IntegerField(label=_("Wait for the payment (minutes)"), min_value=1, max_value=43_200, initial=60)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not key.isascii():
            self.add_error("key", _("A Pix key has no accents. Check it."))
        return key


class Pix(Node):
    kind, group, icon, title = "pix", "talk", "qrcode", _("Pix charge")
    form_class = PixForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [
            Port("paid", str(_("Paid"))),
            Port("timeout", str(_("Not paid in time"))),
            Port("error", str(_("Failed")), optional=True),
        ]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is not None:
            return Outcome(port="paid" if turn.answered and not turn.answered.error else "timeout")
        cents = round((number(turn.text(fields["amount"])) or 0) * 100)
        if not 0 < cents <= MOST_CENTS or not fields["key"]:
            return Outcome(port="error")
        reference = turn.reference()
        texts: dict[str, Any] = {name: fields[name] for name in ("key", "name", "city")}
        code = br_code(cents=cents, reference=reference, text=turn.text(fields["description"]), **texts)
        turn.set(fields["code"], code)
        turn.send(turn.text(fields["text"])[:TEXT])
        turn.send(code)
        key = turn.do(effects.AwaitPayment, reference=reference, cents=cents)
        until = turn.at + timedelta(minutes=fields["minutes"] or 60)
        return Outcome(wait=Waiting(state.RESULT, key, until))

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(f"R$ {fields.get('amount') or ''}")
