"""Does something to the contact or the conversation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects, state
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import OneOfField, TextField, agents, queues
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.contacts.models import Tag

WHAT = {
    "tag": _("Add a tag"),
    "untag": _("Remove a tag"),
    "field": _("Change a field of the contact"),
    "note": _("Write an internal note"),
    "assign": _("Say who takes over later"),
    "close": _("Close the conversation"),
    "opt_out": _("Stop marketing messages"),
    "opt_in": _("Allow marketing messages"),
}
CONTACT_FIELDS = [("name", _("Name")), ("email", _("E-mail")), ("notes", _("Notes"))]


def tags() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Tag.objects.values_list("pk", "name")]


class ActionForm(NodeForm):
    what = forms.ChoiceField(label=_("What happens"), choices=list(WHAT.items()))
    tag = OneOfField(label=_("Tag"), choices=tags)
    on = forms.ChoiceField(
        label=_("Of"), choices=[("contact", _("the contact")), ("conversation", _("the conversation"))], required=False
    )
    field = forms.ChoiceField(label=_("Field"), choices=[("", "—"), *CONTACT_FIELDS], required=False)
    value = TextField(label=_("Text"), max_length=1_000, lines=2, required=False)
    queue = OneOfField(label=_("Queue"), choices=queues)
    agent = OneOfField(label=_("Agent"), choices=agents)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed = {"tag": "tag", "untag": "tag", "field": "field", "note": "value"}.get(str(cleaned.get("what")))
        if needed and not cleaned.get(needed):
            self.add_error(needed, _("Fill this in."))
        if cleaned.get("what") == "assign" and not (cleaned.get("queue") or cleaned.get("agent")):
            self.add_error("queue", _("Choose a queue or an agent."))
        return cleaned


class Action(Node):
    kind, group, icon, title = "action", "act", "bolt", _("Action")
    form_class = ActionForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [] if fields.get("what") == "close" else super().ports(fields)

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        what, value = fields["what"], turn.text(fields["value"])[:1_000].strip()
        if what in ("tag", "untag") and fields["tag"]:
            turn.do(effects.Tag, tag=fields["tag"], on=fields["on"] or "contact", add=what == "tag")
        elif what == "field" and fields["field"]:
            turn.do(effects.SetField, name=fields["field"], value=value)
        elif what == "note" and value:
            turn.do(effects.Note, text=value)
        elif what in ("opt_out", "opt_in"):
            turn.do(effects.OptOut, stops=what == "opt_out")
        elif what == "assign":
            turn.do(effects.Assign, queue=fields["queue"], agent=fields["agent"])
        elif what == "close":
            turn.do(effects.Close)
            return Outcome(finish=state.CLOSED)
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(f"{WHAT.get(str(fields.get('what')), cls.title)} {fields.get('value') or ''}")
