"""Whether a queue is open now: its business hours and holidays."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import OneOfField, queues
from apps.chatbots.turn import Outcome, Turn

PATIENCE = timedelta(minutes=5)


class HoursForm(NodeForm):
    queue = OneOfField(label=_("Hours of the queue"), choices=queues, help_text=_("Empty: the number's own queue."))


class Hours(Node):
    kind, group, icon, title = "hours", "logic", "clock-hour-4", _("Business hours")
    form_class = HoursForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [Port("open", str(_("Open now"))), Port("closed", str(_("Closed now")))]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is None:
            return turn.work(effects.CheckHours, turn.at + PATIENCE, queue=fields["queue"])
        is_open = turn.answered is not None and turn.answered.value is True
        return Outcome(port="open" if is_open else "closed")
