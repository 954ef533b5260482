"""Asks an AI one question and keeps its answer."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.ai.models import Provider
from apps.chatbots import effects
from apps.chatbots.graph import Port
from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import Column, OneOfField, RowsField, TextField, VariableField
from apps.chatbots.turn import Outcome, Turn
from apps.whatsapp.providers.limits import TEXT

WAIT = timedelta(minutes=3)
MOST_HISTORY, MOST_TOKENS = 50, 4_000
TYPES = {"text": _("Text"), "number": _("Number"), "yes_no": _("Yes or no")}
_JSON_TYPES = {"text": "string", "number": "number", "yes_no": "boolean"}
_PYTHON_TYPES: dict[str, Any] = {"text": str, "number": (int, float), "yes_no": bool}


def providers() -> list[tuple[str, str]]:
    rows = Provider.objects.filter(is_active=True).order_by("name")
    return [(str(key), name) for key, name in rows.values_list("pk", "name")]


class AskingAiForm(NodeForm):
    """What every step with an AI has."""

    provider = OneOfField(label=_("Which AI"), choices=providers, required=True)
    model = forms.CharField(
        label=_("Model"), max_length=100, required=False, help_text=_("Empty: the one of the provider's page.")
    )
    system = TextField(label=_("Instructions"), max_length=8_000, lines=6, required=False)
    history = forms.IntegerField(
        label=_("Messages of the conversation that it reads"),
        min_value=0,
        max_value=MOST_HISTORY,
        initial=10,
        required=False,
    )
    knowledge = forms.BooleanField(label=_("Give it what fits of the company's knowledge"), required=False)
    temperature = forms.FloatField(
        label=_("Freedom, from 0 (strict) to 2"), min_value=0, max_value=2, initial=0.2, required=False
    )
    tokens = forms.IntegerField(
        label=_("Longest answer, in tokens"), min_value=1, max_value=MOST_TOKENS, initial=600, required=False
    )


class AiPromptForm(AskingAiForm):
    prompt = TextField(
        label=_("Question"), max_length=8_000, required=False, help_text=_("Empty: what the customer wrote last.")
    )
    send = forms.BooleanField(label=_("Send the answer to the customer"), required=False)
    variable = VariableField(label=_("Keep the answer as"), required=False)
    outputs = RowsField(
        label=_("Answers as variables"),
        columns=[
            Column("variable", _("Variable"), 40),
            Column("type", _("Kind"), 10, choices=tuple(TYPES.items())),
            Column("about", _("What it is"), 200, required=False),
        ],
        most=20,
        required=False,
    )
    field_order = ["provider", "model", "system", "prompt", "send", "variable", "outputs"]


def ask(turn: Turn, fields: Fields, **more: Any) -> Outcome:
    """Have the provider asked; `more` is what the kind of step adds."""
    said = turn.said
    request: dict[str, Any] = {
        "model": fields["model"],
        "system": turn.text(fields["system"]),
        "prompt": "",
        "history": fields["history"] or 0,
        "upto": said.id if said else "",
        "knowledge": bool(fields["knowledge"]),
        "temperature": 0.2 if fields["temperature"] is None else fields["temperature"],
        "max_tokens": fields["tokens"] or 600,
        "schema": None,
        "tools": [],
        "tags": [],
        "tail": [],
    }
    return turn.work(effects.AskAi, turn.at + WAIT, provider=fields["provider"], request={**request, **more})


def answer_of(turn: Turn) -> dict[str, Any] | None:
    """What came back, if it is an answer at all."""
    answer = turn.answered.value if turn.answered and not turn.answered.error else None
    return answer if isinstance(answer, dict) and isinstance(answer.get("text"), str) else None


class AiPrompt(Node):
    kind, group, icon, title = "ai_prompt", "outside", "sparkles", _("Ask an AI")
    form_class = AiPromptForm

    @classmethod
    def ports(cls, fields: Fields) -> list[Port]:
        return [*super().ports(fields), Port("error", str(_("No answer")), optional=True)]

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        if turn.event is None:
            prompt = turn.text(fields["prompt"]) or ("" if fields["history"] else turn.text("{{last.text}}"))
            return ask(turn, fields, prompt=prompt, schema=_schema(fields["outputs"]))
        answer = answer_of(turn)
        if answer is None or not _keep(turn, fields, answer.get("data")):
            return Outcome(port="error")
        text = answer["text"].strip()
        if not text and not fields["outputs"]:
            return Outcome(port="error")
        turn.set(fields["variable"], text)
        if fields["send"]:
            turn.send(text[:TEXT])
        return Outcome(port="next")

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(str(fields.get("prompt") or fields.get("system") or ""))


def _schema(outputs: Any) -> dict[str, Any] | None:
    if not outputs:
        return None
    about = {
        row["variable"]: {"type": _JSON_TYPES.get(row["type"], "string"), "description": row["about"]}
        for row in outputs
    }
    return {"type": "object", "properties": about, "required": list(about), "additionalProperties": False}


def _keep(turn: Turn, fields: Fields, data: Any) -> bool:
    """Each output in a variable; False when one is missing or of another kind."""
    outputs = fields["outputs"] or ()
    if outputs and not isinstance(data, dict):
        return False
    kept = {row["variable"]: data.get(row["variable"]) for row in outputs}
    if not all(_is_of(row["type"], kept[row["variable"]]) for row in outputs):
        return False
    for name, value in kept.items():
        turn.set(name, value)
    return True


def _is_of(kind: str, value: Any) -> bool:
    return isinstance(value, _PYTHON_TYPES.get(kind, str)) and (kind == "yes_no" or not isinstance(value, bool))
