"""A form of WhatsApp's own (a “WhatsApp Flow” made at Meta), and what was filled in as variables."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, short
from apps.chatbots.nodes.buttons import framed
from apps.chatbots.nodes.fields import Column, RowsField, TextField
from apps.chatbots.nodes.question import AskingForm, ask_again, asking_ports, wait
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.chatbots.values import inside
from apps.whatsapp.providers import limits


class WhatsappFlowForm(AskingForm):
    header = TextField(label=_("Header"), max_length=limits.HEADER, lines=1, required=False)
    text = TextField(label=_("Message"), max_length=limits.BUTTONS_BODY)
    footer = TextField(label=_("Footer"), max_length=limits.FOOTER, lines=1, required=False)
    cta = TextField(label=_("Text of the button"), max_length=limits.FLOW_CTA, lines=1)
    flow_id = forms.RegexField(
        r"^[0-9]{5,30}\Z",
        label=_("ID of the form at Meta"),
        error_messages={"invalid": _("The ID has digits only. You find it in the WhatsApp Manager, under Flows.")},
    )
    screen = forms.CharField(
        label=_("First screen"),
        max_length=80,
        required=False,
        help_text=_("As it is called in the form, for example WELCOME. Empty: the form asks its own address."),
    )
    known = RowsField(
        label=_("What the form already knows"),
        columns=[Column("name", _("Field"), 40), Column("value", _("Value"), 1_000, required=False)],
        most=20,
        required=False,
    )
    mapping = RowsField(
        label=_("Keep from the form"),
        columns=[Column("path", _("Field"), 160), Column("variable", _("Variable"), 40)],
        most=30,
        required=False,
    )
    field_order = ["header", "text", "footer", "cta", "flow_id", "screen", "known", "mapping", "variable"]


class WhatsappFlow(Node):
    kind, group, icon, title = "whatsapp_flow", "ask", "forms", _("WhatsApp form")
    form_class = WhatsappFlowForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), *asking_ports()]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if isinstance(turn.event, TimeCame):
            return Outcome(port="timeout")
        if turn.said is None:
            return _ask(turn, fields)
        answers = turn.said.data.get("response")
        if not isinstance(answers, dict) or not _is_ours(answers, turn.memory):
            return ask_again(turn, fields, str(_("Please touch the button and fill in the form.")))
        kept = {name: value for name, value in answers.items() if name != "flow_token"}
        turn.set(fields["variable"], kept)
        for row in fields["mapping"]:
            turn.set(row["variable"], inside(kept, row["path"]))
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or ""))


def _ask(turn: Turn, fields: Fields) -> Outcome:
    token = turn.memory["token"] = turn.reference()
    shown: dict[str, Any] = {"flow_id": fields["flow_id"], "cta": turn.text(fields["cta"])[: limits.FLOW_CTA]}
    if fields["screen"]:
        data = {row["name"]: turn.text(row["value"]) for row in fields["known"]}
        shown |= {"screen": fields["screen"], "data": data}
    turn.send(turn.text(fields["text"])[: limits.BUTTONS_BODY], "flow", token=token, **shown, **framed(turn, fields))
    return wait(turn, fields)


def _is_ours(answers: dict[str, Any], memory: dict[str, Any]) -> bool:
    """An older form, sent in late, is no answer to this one. Without a token back it can't be told apart."""
    return answers.get("flow_token", memory.get("token")) == memory.get("token")
