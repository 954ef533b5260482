"""To another step of the same flow."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.chatbots.graph import Graph, GraphNode, Port, Problem
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.turn import Outcome, Turn


class JumpForm(NodeForm):
    node = forms.CharField(
        label=gettext_lazy("Step"),
        max_length=40,
        widget=forms.TextInput({"data-node-picker": "", "autocomplete": "off"}),
    )


class Jump(Node):
    kind, group, icon, title = "jump", "logic", "arrow-back-up", gettext_lazy("Go to a step")
    form_class = JumpForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return []

    @classmethod
    def problems(cls, node: GraphNode, graph: Graph) -> list[Problem]:
        found = super().problems(node, graph)
        if not found and node.fields["node"] not in graph.nodes:
            found.append(Problem(node.id, "node", _("This step is gone. Choose another one.")))
        return found

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        return Outcome(jump=fields["node"])

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return f"→ {fields.get('node') or ''}"
