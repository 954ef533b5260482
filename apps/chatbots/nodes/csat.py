"""Asks how content the customer is: a number from 1 to 5, kept and counted."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects
from apps.chatbots.answers import HINTS, choice
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, short
from apps.chatbots.nodes.fields import TextField
from apps.chatbots.nodes.question import AskingForm, ask_again, asking_ports, wait
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp.providers.limits import LIST_BODY

_WORDS = {1: _("Very bad"), 2: _("Bad"), 3: _("So-so"), 4: _("Good"), 5: _("Excellent")}


class CsatForm(AskingForm):
    text = TextField(label=_("Question"), max_length=LIST_BODY)
    field_order = ["text"]


def _rows() -> list[dict[str, str]]:
    return [{"id": f"s{score}", "title": f"{'⭐' * score} {_WORDS[score]}"} for score in range(5, 0, -1)]


class Csat(Node):
    kind, group, icon, title = "csat", "ask", "mood-smile", _("Satisfaction")
    form_class = CsatForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), *asking_ports()]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is None:
            sections = [{"title": str(_("Your rating")), "rows": _rows()}]
            turn.send(turn.text(fields["text"])[:LIST_BODY], kind="list", button=str(_("Rate")), sections=sections)
            return wait(turn, fields)
        text = turn.said.text.strip()
        found = choice(turn.said, _rows()) if turn.said.payload else None
        score = int(found["id"][1:]) if found else int(text) if text in {"1", "2", "3", "4", "5"} else None
        if score is None:
            return ask_again(turn, fields, str(HINTS["choice"]))
        turn.set(fields["variable"], score)
        turn.do(effects.Track, name="csat", data={"score": score})
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))
