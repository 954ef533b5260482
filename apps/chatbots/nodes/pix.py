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
from apps.chatbots.pix import CITY, NAME, br_code, key_type
from apps.chatbots.state import Waiting
from apps.chatbots.turn import Outcome, Turn
from apps.whatsapp.providers.limits import BUTTONS_BODY, ORDER_ITEM

MOST_CENTS = 100_000_000


class PixForm(NodeForm):
    text = TextField(label=_("Message"), max_length=BUTTONS_BODY)
    key = forms.CharField(
        label=_("Pix key"), max_length=77, help_text=_("CPF, CNPJ, e-mail, phone with +55, or a random key.")
    )
    name = forms.CharField(label=_("Name of the receiver"), max_length=NAME)
    city = forms.CharField(label=_("City of the receiver"), max_length=CITY)
    amount = TextField(label=_("Amount in reais"), max_length=80, lines=1, help_text=_("A number or a variable."))
    description = TextField(label=_("Description"), max_length=40, lines=1, required=False)
    as_text = forms.BooleanField(
        label=_("Also send the code as text"),
        required=False,
        help_text=_("For phones and companies on which WhatsApp does not show payments."),
    )
    code = VariableField(label=_("Keep the Pix code as"), required=False)
    minutes = forms.IntegerField(label=_("Wait for the payment (minutes)"), min_value=1, max_value=43_200, initial=60)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"].strip()
        if not key_type(key):
            self.add_error("key", _("This is no Pix key. Use a CPF, CNPJ, e-mail, phone with +55 or a random key."))
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
        if not 0 < cents <= MOST_CENTS or not key_type(fields["key"]):
            return Outcome(port="error")
        reference, description = turn.reference(), turn.text(fields["description"])
        texts: dict[str, Any] = {name: fields[name] for name in ("key", "name", "city")}
        code = br_code(cents=cents, reference=reference, text=description, **texts)
        turn.set(fields["code"], code)
        _charge(turn, fields, reference=reference, code=code, cents=cents, item=description)
        key = turn.do(effects.AwaitPayment, reference=reference, cents=cents)
        until = turn.at + timedelta(minutes=fields["minutes"] or 60)
        return Outcome(wait=Waiting(state.RESULT, key, until))

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(f"R$ {fields.get('amount') or ''}")


def _charge(turn: Turn, fields: Fields, *, reference: str, code: str, cents: int, item: str) -> None:
    """WhatsApp's card for payments, and the code as text where that is wanted."""
    key = fields["key"]
    turn.send(
        turn.text(fields["text"]).strip()[:BUTTONS_BODY] or str(_("Pay with Pix:")),
        kind="order_details",
        reference=reference,
        code=code,
        cents=cents,
        item=item.strip()[:ORDER_ITEM] or str(_("Your order")),
        merchant=fields["name"],
        key=key,
        key_type=key_type(key),
    )
    if fields["as_text"]:
        turn.send(code)
