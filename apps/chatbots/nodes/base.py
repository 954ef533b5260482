"""The base of all nodes. Classes are never instantiated: they hold nothing, the flow's fields and the turn do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.chatbots.graph import Graph, GraphNode, Port, Problem
from apps.chatbots.turn import Outcome, Turn

GROUPS: dict[str, str | Promise] = {
    "talk": gettext_lazy("Send"),
    "ask": gettext_lazy("Ask"),
    "logic": gettext_lazy("Decide"),
    "act": gettext_lazy("Act"),
    "outside": gettext_lazy("Connect"),
    "end": gettext_lazy("Finish"),
}
Fields = Mapping[str, Any]


class NodeForm(forms.Form):
    """Cleaned values are JSON: texts, numbers, truths and lists of those."""

    template_name_div = "django/forms/div.html"


class Node:
    """One kind of step. `fields` are always the form's cleaned values."""

    kind: ClassVar[str]
    group: ClassVar[str]
    icon: ClassVar[str]
    title: ClassVar[str | Promise]
    form_class: ClassVar[type[NodeForm]] = NodeForm
    takes_secrets: ClassVar[bool] = False

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [Port("next", _("Next"))]

    @classmethod
    def problems(cls, node: GraphNode, graph: Graph) -> list[Problem]:
        form = cls.form_class(data=dict(node.fields))
        return [
            Problem(node.id, "" if name == "__all__" else name, str(text))
            for name, texts in form.errors.items()
            for text in texts
        ]

    @classmethod
    def clean(cls, fields: Fields) -> dict[str, Any]:
        """The fields as `execute` takes them: what is missing or wrong has the form's empty value."""
        form = cls.form_class(data=dict(fields))
        form.full_clean()
        return cls.filled(form.cleaned_data)

    @classmethod
    def filled(cls, cleaned: Fields) -> dict[str, Any]:
        """With an empty value for each field that is missing. Asks no database."""
        return {**{name: _empty(field) for name, field in cls.form_class.base_fields.items()}, **cleaned}

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        return Outcome(port="next")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        """One line for the canvas."""
        return str(cls.title)


def _empty(field: forms.Field) -> Any:
    if isinstance(field, forms.BooleanField):
        return False
    if isinstance(field, forms.MultipleChoiceField | forms.JSONField):
        return []
    return None if isinstance(field, forms.IntegerField) else ""


def short(text: str, length: int = 80) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
