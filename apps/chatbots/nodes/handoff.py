"""On to a person, with a note about what was said so far."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects, state
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import OneOfField, TextField, agents, departments, queues
from apps.chatbots.turn import Outcome, Turn
from apps.whatsapp.providers.limits import TEXT


class HandoffForm(NodeForm):
    text = TextField(label=_("Message to the customer"), max_length=TEXT, lines=2, required=False)
    queue = OneOfField(label=_("Queue"), choices=queues, help_text=_("Empty: the number's own queue."))
    department = OneOfField(label=_("Department"), choices=departments)
    agent = OneOfField(label=_("Agent"), choices=agents)
    note = TextField(label=_("Note to the agent"), max_length=1_000, lines=2, required=False)
    answer = TextField(
        label=_("Answer to suggest to the agent"),
        max_length=1_000,
        lines=2,
        required=False,
        help_text=_("Empty: a greeting with the customer's name and what they wrote last."),
    )


class Handoff(Node):
    kind, group, icon, title = "handoff", "end", "headset", _("Hand over to a person")
    form_class = HandoffForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return []

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        turn.send(turn.text(fields["text"])[:TEXT])
        place = {name: fields[name] for name in ("queue", "department", "agent")}
        note, answer = turn.text(fields["note"])[:1_000], turn.text(fields["answer"])[:1_000]
        turn.do(effects.Handoff, note=note, answer=answer.strip(), **place)
        return Outcome(finish=state.HANDED)

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("text") or "")) or str(cls.title)
