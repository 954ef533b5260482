"""Asks another system over HTTP and keeps parts of its answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import orjson

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects, secrets
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import Column, RowsField, TextField, VariableField
from apps.chatbots.turn import Outcome, Turn
from apps.chatbots.values import as_text, inside, render_with

METHODS = [(name, name) for name in ("GET", "POST", "PUT", "PATCH", "DELETE")]


class HttpRequestForm(NodeForm):
    method = forms.ChoiceField(label=_("Method"), choices=METHODS, initial="GET")
    url = TextField(label=_("Address"), max_length=2_000, lines=2)
    headers = RowsField(
        label=_("Headers"),
        columns=[Column("name", _("Name"), 100), Column("value", _("Value"), 1_000, required=False)],
        most=20,
        required=False,
    )
    body = TextField(label=_("Body"), max_length=20_000, lines=6, required=False)
    timeout = forms.IntegerField(
        label=_("Wait at most (seconds)"), min_value=1, max_value=30, initial=10, required=False
    )
    retries = forms.IntegerField(label=_("Try again, at most"), min_value=0, max_value=3, initial=0, required=False)
    mapping = RowsField(
        label=_("Keep from the answer"),
        columns=[Column("path", _("Path"), 160, required=False), Column("variable", _("Variable"), 40)],
        most=30,
        required=False,
    )
    status = VariableField(label=_("Keep the status as"), required=False)

    def clean_url(self) -> str:
        """The host is fixed: what a customer writes may fill the path, never choose whom we talk to."""
        url: str = self.cleaned_data["url"]
        host = url.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0]
        if not url.startswith(("https://", "http://")) or not host or "{{" in host:
            self.add_error(
                "url", _("Write the whole address, beginning with https://, without a variable in the host.")
            )
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for field in ("url", "headers", "body"):
            for problem in secrets.problems(as_text(cleaned.get(field))):
                self.add_error(field, problem)
        return cleaned


class HttpRequest(Node):
    kind, group, icon, title = "http_request", "outside", "api", _("HTTP request")
    form_class = HttpRequestForm
    takes_secrets = True

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), Port("error", str(_("Failed")), optional=True)]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is None:
            return _ask(turn, fields)
        answer = turn.answered.value if turn.answered and not turn.answered.error else None
        if not isinstance(answer, dict):
            return Outcome(port="error")
        status = answer.get("status")
        turn.set(fields["status"], status)
        if not isinstance(status, int) or not 200 <= status < 300:
            return Outcome(port="error")
        body, wanted = answer.get("body"), fields["mapping"]
        if any(row["path"] for row in wanted) and not isinstance(body, dict | list):
            return Outcome(port="error")  # a page, or nothing, where data was expected
        for row in wanted:
            turn.set(row["variable"], inside(body, row["path"]))
        return Outcome(port="next")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(f"{fields.get('method') or ''} {fields.get('url') or ''}")


def _ask(turn: Turn, fields: Fields) -> Outcome:
    """Variables are escaped for where they stand: in an address, in JSON, in a header."""
    timeout, retries = fields["timeout"] or 10, fields["retries"] or 0
    body = fields["body"]
    is_json = body.lstrip().startswith(("{", "["))
    request: dict[str, Any] = {
        "method": fields["method"] or "GET",
        "url": _written(turn, fields["url"], lambda text: quote(text, safe="")),
        "headers": {row["name"]: " ".join(_written(turn, row["value"]).split()) for row in fields["headers"]},
        "body": _written(turn, body, lambda text: orjson.dumps(text).decode()[1:-1])
        if is_json
        else _written(turn, body),
        "timeout": float(timeout),
        "retries": retries,
    }
    until = turn.at + timedelta(seconds=(timeout + 5) * (retries + 1) + 60)
    return turn.work(effects.CallHttp, until, **request)


def _written(turn: Turn, text: str, escape: Callable[[str], str] = str) -> str:
    """With its variables, each escaped; secrets stay marks, and no variable can become one."""
    write = secrets.unmarked
    return render_with(
        secrets.mark(text), turn.state.variables, turn.facts, lambda value: escape(write(as_text(value)))
    )


def _in_json(text: str) -> str:
    """Inside the quotes of a JSON text: no value can end its string."""
    return orjson.dumps(text).decode()[1:-1]
