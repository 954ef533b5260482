"""Asks for the customer's place on the map."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, short
from apps.chatbots.nodes.fields import TextField
from apps.chatbots.nodes.question import AskingForm, ask_again, asking_ports, wait
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp.providers.limits import BUTTONS_BODY


class LocationRequestForm(AskingForm):
    text = TextField(label=_("Message"), max_length=BUTTONS_BODY)
    field_order = ["text"]


class LocationRequest(Node):
    kind, group, icon, title = "location_request", "ask", "map-pin", _("Ask for the location")
    form_class = LocationRequestForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), *asking_ports()]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is None:
            turn.send(turn.text(fields["text"])[:BUTTONS_BODY], kind="location_request")
            return wait(turn, fields)
        if turn.said.kind != "location":
            return ask_again(turn, fields, str(_("Please touch the button and send your location.")))
        names = ("latitude", "longitude", "name", "address")
        turn.set(fields["variable"], {name: turn.said.data.get(name) for name in names})
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))
