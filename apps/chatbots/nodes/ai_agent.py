"""An AI that talks with the customer by itself until it leaves through one of the step's exits. All it can do are the
bot's own actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots import effects
from apps.chatbots.graph import Port
from apps.chatbots.nodes.action import tags
from apps.chatbots.nodes.ai_prompt import AskingAiForm, answer_of, ask
from apps.chatbots.nodes.base import Fields, Node, short
from apps.chatbots.nodes.fields import Column, RowsField
from apps.chatbots.nodes.question import MOST_MINUTES
from apps.chatbots.state import TimeCame
from apps.chatbots.turn import Outcome, Turn
from apps.chatbots.values import as_text
from apps.whatsapp.providers.limits import TEXT

MOST_ROUNDS = 4  # calls of tools before it must say something
LONGEST_VALUE = 1_000


class AiAgentForm(AskingAiForm):
    ways = RowsField(
        label=_("Exits that it may take"),
        columns=[Column("title", _("When"), 200)],
        most=10,
        with_id=True,
        required=False,
    )
    remember = RowsField(
        label=_("What it may remember"),
        columns=[Column("variable", _("Variable"), 40), Column("about", _("What it is"), 200, required=False)],
        most=20,
        required=False,
    )
    tags = forms.MultipleChoiceField(
        label=_("Tags that it may put on the contact"),
        choices=tags,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    turns = forms.IntegerField(label=_("Answers at most"), min_value=1, max_value=50, initial=12, required=False)
    minutes = forms.IntegerField(
        label=_("Wait at most (minutes)"), min_value=1, max_value=MOST_MINUTES, initial=60, required=False
    )
    field_order = ["provider", "model", "system", "ways", "remember", "tags"]


class AiAgent(Node):
    kind, group, icon, title = "ai_agent", "outside", "message-chatbot", _("AI agent")
    form_class = AiAgentForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        ways = [row for row in fields.get("ways") or [] if isinstance(row, dict) and row.get("id")]
        return [
            *(Port(row["id"], row.get("title", "")) for row in ways),
            Port("done", str(_("Finished"))),
            Port("handoff", str(_("Wants a person")), optional=True),
            Port("timeout", str(_("Did not answer in time")), optional=True),
            Port("error", str(_("No answer")), optional=True),
        ]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        memory = turn.memory
        if turn.said is not None or turn.event is None:
            memory.update(turns=memory.get("turns", 0) + 1, rounds=0, tail=[])
            return _ask(turn, fields) if memory["turns"] <= (fields["turns"] or 12) else Outcome(port="handoff")
        if isinstance(turn.event, TimeCame):
            return Outcome(port="error" if memory.get("asks") else "timeout")
        answer = answer_of(turn)
        return Outcome(port="error") if answer is None else _heard(turn, fields, answer)

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("system") or "")) or str(cls.title)


def _ask(turn: Turn, fields: Fields) -> Outcome:
    turn.memory["asks"] = True
    wanted = {"tools": _tools(fields), "tags": fields["tags"], "tail": turn.memory["tail"]}
    return ask(turn, fields, **wanted)


def _heard(turn: Turn, fields: Fields, answer: dict[str, Any]) -> Outcome:
    """Say what it said, do what it may, and leave, ask on or listen."""
    text, calls = answer["text"].strip(), [call for call in answer.get("calls") or () if _is_call(call)]
    turn.send(text[:TEXT])
    exits = [port for call in calls if (port := _exit(fields, call))]
    results = [_use(turn, fields, call) for call in calls]
    if exits:
        return Outcome(port=exits[0])
    if calls and turn.memory["rounds"] < MOST_ROUNDS:
        called = {"role": "assistant", "text": text, "calls": calls}
        told = [{"role": "tool", "id": call["id"], "text": said} for call, said in zip(calls, results, strict=True)]
        turn.memory.update(rounds=turn.memory["rounds"] + 1, tail=[*turn.memory["tail"], called, *told])
        return _ask(turn, fields)
    if not text:
        return Outcome(port="error")
    turn.memory["asks"] = False
    return turn.hear(turn.at + timedelta(minutes=fields["minutes"] or 60))


def _is_call(call: Any) -> bool:
    known = isinstance(call, dict) and isinstance(call.get("name"), str) and isinstance(call.get("id"), str)
    return known and isinstance(call.get("arguments"), dict)


def _exit(fields: Fields, call: dict[str, Any]) -> str:
    if call["name"] in _EXITS:
        return _EXITS[call["name"]]
    ways = {row["id"] for row in fields["ways"]}
    way = call["arguments"].get("way") if call["name"] == "go" else None
    return way if isinstance(way, str) and way in ways else ""


def _use(turn: Turn, fields: Fields, call: dict[str, Any]) -> str:
    """What a tool answers; anything that the step does not allow does nothing."""
    name, given = call["name"], call["arguments"]
    if name == "remember" and given.get("name") in {row["variable"] for row in fields["remember"]}:
        turn.set(given["name"], as_text(given.get("value"))[:LONGEST_VALUE])
        return "remembered"
    if name == "put_tag" and given.get("tag") in fields["tags"]:
        turn.do(effects.Tag, tag=given["tag"], on="contact", add=True)
        return "done"
    return "done" if _exit(fields, call) else "this is not possible"


_EXITS = {"finish": "done", "hand_over": "handoff"}


def _tools(fields: Fields) -> list[dict[str, Any]]:
    found = [
        _tool("finish", "Use it when the customer has what they wanted."),
        _tool("hand_over", "Use it when the customer wants a person, or you can't help."),
    ]
    if ways := {row["id"]: row["title"] for row in fields["ways"]}:
        about = "; ".join(f"{key}: {title}" for key, title in ways.items())
        found.append(_tool("go", f"Leaves this talk. Use it when: {about}", way={"type": "string", "enum": list(ways)}))
    if names := {row["variable"]: row["about"] for row in fields["remember"]}:
        about = "; ".join(f"{name}: {text}" for name, text in names.items())
        which = {"type": "string", "enum": list(names)}
        found.append(
            _tool("remember", f"Keeps something the customer said. {about}", name=which, value={"type": "string"})
        )
    if fields["tags"]:
        found.append(_tool("put_tag", "Puts a tag on the customer.", tag={"type": "string"}))
    return found


def _tool(name: str, description: str, /, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": description, "schema": schema}
