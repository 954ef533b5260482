"""Up to three buttons; each is a way on, and the one that was touched can be kept."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.chatbots.answers import HINTS, choice
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, short
from apps.chatbots.nodes.fields import Column, RowsField, TextField
from apps.chatbots.nodes.question import AskingForm, ask_again, asking_ports, wait
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import Outcome, Turn
from apps.whatsapp.providers import limits


class ButtonsForm(AskingForm):
    header = TextField(label=_("Header"), max_length=limits.HEADER, lines=1, required=False)
    text = TextField(label=_("Message"), max_length=limits.BUTTONS_BODY)
    footer = TextField(label=_("Footer"), max_length=limits.FOOTER, lines=1, required=False)
    buttons = RowsField(
        label=_("Buttons"), columns=[Column("title", _("Button"), limits.BUTTON_TITLE)], most=3, with_id=True
    )
    field_order = ["header", "text", "footer", "buttons"]

    def clean_buttons(self) -> list[dict[str, str]]:
        return different(self.cleaned_data["buttons"])


def different(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows whose ids don't repeat; WhatsApp wants different titles too."""
    limits.check_unique([row["title"].casefold() for row in rows], _("options"))
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        row["id"] = row["id"] if row["id"] not in seen else f"{row['id'][:20]}_{number}"
        seen.add(row["id"])
    return rows


def row_ports(rows: Any) -> list[Port]:
    return [Port(row["id"], row["title"]) for row in rows if isinstance(row, dict) and row.get("id")]


def framed(turn: Turn, fields: Fields) -> dict[str, Any]:
    """Header and footer, where they have something to say."""
    header, footer = turn.text(fields["header"])[: limits.HEADER].strip(), turn.text(fields["footer"])[: limits.FOOTER]
    frame: dict[str, Any] = {"header": {"type": "text", "text": header}} if header else {}
    return frame | ({"footer": footer} if footer.strip() else {})


def answer_of(turn: Turn, fields: Fields, rows: list[dict[str, str]]) -> Outcome:
    """By the row that the customer chose."""
    found = choice(turn.said, rows) if turn.said else None
    if found is None:
        return ask_again(turn, fields, str(HINTS["choice"]))
    turn.set(fields["variable"], found["title"])
    return Outcome(port=found["id"])


class Buttons(Node):
    kind, group, icon, title = "buttons", "ask", "square-rounded-check", _("Buttons")
    form_class = ButtonsForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*row_ports(fields.get("buttons") or []), *asking_ports()]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is not None:
            return answer_of(turn, fields, fields["buttons"])
        rows = [{"id": row["id"], "title": row["title"]} for row in fields["buttons"]]
        text = turn.text(fields["text"])[: limits.BUTTONS_BODY]
        turn.send(text, kind="buttons", buttons=rows, **framed(turn, fields))
        return wait(turn, fields)

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))
