"""Runs another flow of the company, then goes on here. Variables are shared."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots.models import Flow
from apps.chatbots.nodes.base import Fields, Node, NodeForm
from apps.chatbots.nodes.fields import OneOfField
from apps.chatbots.turn import NEXT, Outcome, Turn


def flows() -> list[tuple[str, str]]:
    rows = Flow.objects.kept().filter(versions__isnull=False).distinct().select_related("bot")
    return [(str(row.pk), f"{row.bot.name}: {row.name}") for row in rows]


class SubflowForm(NodeForm):
    flow = OneOfField(
        label=_("Flow"), choices=flows, required=True, help_text=_("Only flows that have been published.")
    )


class Subflow(Node):
    kind, group, icon, title = "subflow", "logic", "sitemap", _("Another flow")
    form_class = SubflowForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        return NEXT if turn.memory.get("returned") else Outcome(enter=fields["flow"])
