"""Runs a small Python script of the company, caged, and keeps what it puts into `result`."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects, scripting
from apps.chatbots.graph import Graph, GraphNode, Port, Problem
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import TextField
from apps.chatbots.turn import Outcome, Turn
from apps.chatbots.values import NAME

WAIT = timedelta(minutes=2)
MOST_KEPT = 50
GIVEN = ("contact", "conversation", "company", "number", "now", "last")


class ScriptForm(NodeForm):
    code = TextField(
        label=_("Script, in Python"),
        max_length=20_000,
        lines=12,
        strip=False,
        help_text=_(
            "Read variables['name'], contact, last and now. Put what is to be kept into result, for example "
            "result['total'] = 10. What it prints is shown in the replay."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"data-code": "python", "spellcheck": "false"}
        self.fields["code"].widget.attrs.pop("data-variables", None)


class Script(Node):
    kind, group, icon, title = "script", "outside", "code", _("Script")
    form_class = ScriptForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), Port("error", str(_("Failed")), optional=True)]

    @classmethod
    def problems(cls, node: GraphNode, graph: Graph) -> list[Problem]:
        """Its words are read in the cage, when the flow is looked at as a whole, not at each draft."""
        found = super().problems(node, graph)
        code = node.fields.get("code")
        if isinstance(code, str) and not found and (why := scripting.problem_of(code)):
            found.append(Problem(node.id, "" if scripting.missing() else "code", why))
        return found

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is None:
            given = {name: turn.facts.get(name, {}) for name in GIVEN}
            variables = dict(turn.state.variables)
            return turn.work(effects.RunScript, turn.at + WAIT, code=fields["code"], variables=variables, given=given)
        answer = turn.answered.value if turn.answered and not turn.answered.error else None
        result = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(result, dict):
            return Outcome(port="error")
        for name, value in list(result.items())[:MOST_KEPT]:
            if NAME.fullmatch(name):
                turn.set(name, value)
        return Outcome(port="next")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("code") or ""))
