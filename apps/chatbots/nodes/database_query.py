"""Asks a database of the company, read-only, and keeps what was found."""

import re
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import Column, OneOfField, RowsField, TextField, VariableField
from apps.chatbots.turn import Outcome, Turn
from apps.chatbots.values import as_text, inside
from apps.datasources.errors import QueryRefused
from apps.datasources.models import Connection
from apps.datasources.query import check

WAIT = timedelta(minutes=2)
MOST_KEPT = 100  # rows in a variable
_ALONE = re.compile(r"\{\{\s*([A-Za-z0-9_.\-]{1,160})\s*\}\}")


def connections() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Connection.objects.order_by("name").values_list("pk", "name")]


class DatabaseQueryForm(NodeForm):
    connection = OneOfField(label=_("Database"), choices=connections, required=True)
    query = TextField(
        label=_("Query"),
        max_length=20_000,
        lines=6,
        help_text=_("Variables as :name, for example SELECT status FROM orders WHERE phone = :phone"),
    )
    params = RowsField(
        label=_("Values of the variables"),
        columns=[Column("name", _("Name"), 40), Column("value", _("Value"), 1_000, required=False)],
        most=20,
        required=False,
    )
    mapping = RowsField(
        label=_("Keep from the first row"),
        columns=[Column("path", _("Column"), 160), Column("variable", _("Variable"), 40)],
        most=30,
        required=False,
    )
    rows = VariableField(label=_("Keep all rows as"), required=False)
    count = VariableField(label=_("Keep their number as"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["query"].widget.attrs |= {"data-code": "sql", "spellcheck": "false"}

    def clean(self) -> dict[str, Any]:
        """What the gate would refuse is said before anything is published."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("connection") and cleaned.get("query"):
            found = Connection.objects.get(pk=cleaned["connection"])
            try:
                check(found, cleaned["query"], [row["name"] for row in cleaned.get("params") or ()])
            except QueryRefused as error:
                self.add_error("query", error.sentence)
        return cleaned


class DatabaseQuery(Node):
    kind, group, icon, title = "database_query", "outside", "database", _("Database query")
    form_class = DatabaseQueryForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [
            Port("next", str(_("Found"))),
            Port("empty", str(_("Found nothing"))),
            Port("error", str(_("Failed")), optional=True),
        ]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is None:
            params = {row["name"]: _value(turn, row["value"]) for row in fields["params"]}
            asked = {"connection": fields["connection"], "query": fields["query"], "params": params}
            return turn.work(effects.Query, turn.at + WAIT, **asked)
        answer = turn.answered.value if turn.answered and not turn.answered.error else None
        rows = answer.get("rows") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            return Outcome(port="error")
        turn.set(fields["rows"], rows[:MOST_KEPT])
        turn.set(fields["count"], len(rows))
        for row in fields["mapping"] if rows else ():
            turn.set(row["variable"], inside(rows[0], row["path"]))
        return Outcome(port="next" if rows else "empty")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("query") or ""))


def _value(turn: Turn, text: str) -> Any:
    """A variable alone keeps its type; everything else is a text. A value of its own, never a part of the query."""
    alone = _ALONE.fullmatch(text.strip())
    value = turn.value(alone[1]) if alone else turn.text(text)
    return as_text(value) if isinstance(value, dict | list | tuple) else value
