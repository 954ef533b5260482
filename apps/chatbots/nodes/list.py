"""A list to choose from: up to ten rows, in sections if they name one; each row is a way on."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, short
from apps.chatbots.nodes.buttons import answer_of, different, framed, row_ports
from apps.chatbots.nodes.fields import Column, RowsField, TextField
from apps.chatbots.nodes.question import AskingForm, asking_ports, wait
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import Outcome, Turn
from apps.whatsapp.providers import limits


class ListForm(AskingForm):
    header = TextField(label=_("Header"), max_length=limits.HEADER, lines=1, required=False)
    text = TextField(label=_("Message"), max_length=limits.LIST_BODY)
    footer = TextField(label=_("Footer"), max_length=limits.FOOTER, lines=1, required=False)
    button = TextField(label=_("Text of the button that opens the list"), max_length=limits.LIST_BUTTON, lines=1)
    rows = RowsField(
        label=_("Rows"),
        columns=[
            Column("title", _("Title"), limits.ROW_TITLE),
            Column("description", _("Description"), limits.ROW_DESCRIPTION, required=False),
            Column("section", _("Section"), limits.SECTION_TITLE, required=False),
        ],
        most=limits.LIST_ROWS,
        with_id=True,
    )
    field_order = ["header", "text", "footer", "button", "rows"]

    def clean_rows(self) -> list[dict[str, str]]:
        return different(self.cleaned_data["rows"])


def sections_of(rows: list[dict[str, str]]) -> list[dict[str, object]]:
    """Rows under the section that they name, in the order in which sections come first."""
    named: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        shown = {name: row[name] for name in ("id", "title", "description") if row[name]}
        named.setdefault(row["section"], []).append(shown)
    other = str(_("Others")) if len(named) > 1 else ""
    return [{"title": title or other, "rows": shown} for title, shown in named.items()]


class List(Node):
    kind, group, icon, title = "list", "ask", "list-details", _("List")
    form_class = ListForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*row_ports(fields.get("rows") or []), *asking_ports()]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is not None:
            return answer_of(turn, fields, fields["rows"])
        text = turn.text(fields["text"])[: limits.LIST_BODY]
        button = turn.text(fields["button"])[: limits.LIST_BUTTON]
        turn.send(text, kind="list", button=button, sections=sections_of(fields["rows"]), **framed(turn, fields))
        return wait(turn, fields)

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))
