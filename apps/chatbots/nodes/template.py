"""An approved template, also outside the 24-hour window."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import Column, OneOfField, RowsField
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp import models as whatsapp
from apps.whatsapp.providers.limits import BUTTONS_BODY


def templates() -> list[tuple[str, str]]:
    rows = whatsapp.Template.objects.sendable().order_by("name", "language").values_list("name", "language")
    return [(f"{name}|{language}", f"{name} ({language})") for name, language in dict.fromkeys(rows)]


class TemplateForm(NodeForm):
    template = OneOfField(label=_("Template"), choices=templates, required=True)
    values = RowsField(
        label=_("Variables of its text, in their order"),
        columns=[Column("value", _("Value"), BUTTONS_BODY)],
        most=30,
        required=False,
    )


class Template(Node):
    kind, group, icon, title = "template", "talk", "template", _("Template")
    form_class = TemplateForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        name, _bar, language = fields["template"].partition("|")
        if name and language:
            texts = [turn.text(row["value"])[:BUTTONS_BODY].strip() or "-" for row in fields["values"]]
            body: dict[str, Any] = {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}
            turn.send("", kind="template", name=name, language=language, components=[body] if texts else [])
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return str(fields.get("template") or "").replace("|", " · ")
