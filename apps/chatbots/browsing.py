"""What a flow's texts may name: the variables that its steps keep, and what is always there."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots.editing import Graph
from apps.chatbots.nodes import KINDS
from apps.chatbots.nodes.fields import RowsField, VariableField
from apps.chatbots.presenting import name_of
from apps.chatbots.values import BUILT_IN


def variable_groups(graph: Graph) -> list[dict[str, Any]]:
    """Groups of `{written, hint}` for the browser, the flow's own first."""
    own = [_row(name, hint) for name, hint in sorted(_kept(graph))]
    always = [_row(name, str(hint)) for name, hint in BUILT_IN.items()]
    groups = [{"label": _("Of this flow"), "variables": own}, {"label": _("Always there"), "variables": always}]
    return [group for group in groups if group["variables"]]


def names(graph: Graph) -> list[str]:
    """What the flow's own variables are called."""
    return sorted({name for name, _hint in _kept(graph)})


def _row(name: str, hint: str) -> dict[str, str]:
    return {"written": f"{{{{{name}}}}}", "hint": hint}


def _kept(graph: Graph) -> Iterator[tuple[str, str]]:
    """Each name that a step keeps something under, with the name of the step."""
    for node in graph["nodes"]:
        kind = KINDS.get(node["kind"])
        if kind is None:
            continue
        for field, form_field in kind.form_class.base_fields.items():
            if isinstance(form_field, VariableField) and node["fields"].get(field):
                yield str(node["fields"][field]), name_of(node)
            elif isinstance(form_field, RowsField) and any(column.name == "variable" for column in form_field.columns):
                yield from ((row, name_of(node)) for row in _named(node["fields"].get(field)))
        if node["kind"] == "start":
            yield from ((row["name"], name_of(node)) for row in kind.clean(node["fields"])["variables"])


def _named(rows: Any) -> list[str]:
    """The variables of a list of rows; a draft may hold anything."""
    found = rows if isinstance(rows, list) else []
    return [row["variable"] for row in found if isinstance(row, dict) and isinstance(row.get("variable"), str)]
