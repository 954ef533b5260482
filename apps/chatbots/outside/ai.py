"""A question to an AI provider, within its budget: history, knowledge and tools come from here."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.ai import completing
from apps.ai.errors import AiError, BudgetSpent
from apps.ai.knowledge import relevant
from apps.ai.models import Provider, Snippet
from apps.ai.talk import Answer, Heard, Tool, ToolCall
from apps.ai.talk import Turn as Line
from apps.chatbots.outside import redacting
from apps.chatbots.outside.base import Call, Got, Job
from apps.contacts.models import Tag
from apps.conversations.models import Direction, Message, MessageKind
from apps.core.http import OutboundClient

LONGEST_LINE = 4_000


def prepare(job: Job) -> Call | Got:
    """Asked again when a killed worker may have asked: it costs twice and changes nothing."""
    request = job.work["request"]
    provider = Provider.objects.select_related("secret").filter(pk=job.work["provider"]).first()
    if provider is None:
        return Got(error="no_provider")
    lines = _lines(job, request)
    snippets = relevant(_last_said(lines)) if request["knowledge"] else []
    tags = dict(Tag.objects.filter(pk__in=request["tags"]).values_list("name", "pk"))
    given = {"temperature": request["temperature"], "max_tokens": request["max_tokens"], "model": request["model"]}
    try:
        asked = completing.prepared(
            provider,
            system=_system(request["system"], snippets),
            messages=lines,
            json_schema=request["schema"],
            tools=_tools(request["tools"], list(tags)),
            **given,
        )
    except AiError as error:
        return _failed(error)

    async def run(client: OutboundClient) -> Heard | AiError:
        try:
            return await completing.sent(asked, client)
        except AiError as error:
            return error

    def conclude(found: Heard | AiError) -> Got:
        answer = completing.settled(asked, found)
        if isinstance(found, AiError):
            return _failed(found)
        return _got(answer, provider, {name: str(pk) for name, pk in tags.items()})

    told = {"provider": provider.name, **given, "model": request["model"] or provider.model}
    knowledge = {"knowledge": [snippet.title for snippet in snippets]} if snippets else {}
    tools = {"tools": [tool["name"] for tool in request["tools"]]} if request["tools"] else {}
    shown = {**told, "system": redacting.text(request["system"]), "messages": len(lines), **knowledge, **tools}
    return Call(shown, run, conclude)


def _lines(job: Job, request: Mapping[str, Any]) -> list[Line]:
    """The talk so far, what the step adds, and what its tools answered; whoever speaks first is the customer."""
    history = job.talk[-request["history"] :] if job.talk and request["history"] else ()
    if job.conversation is not None and request["history"]:
        history = _history(job, request)
    lines = [Line("user" if who == "user" else "assistant", text[:LONGEST_LINE]) for who, text in history]
    while lines and lines[0].role != "user":
        lines.pop(0)
    if request["prompt"] or not lines:
        lines.append(Line("user", request["prompt"] or "…"))
    return _joined(lines) + [_tail(each) for each in request["tail"]]


def _history(job: Job, request: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Messages that were read, oldest first, up to the one that is being answered."""
    rows = Message.objects.filter(conversation=job.conversation, direction__in=[Direction.IN, Direction.OUT])
    if request["upto"]:
        rows = rows.filter(pk__lte=request["upto"]) | rows.filter(direction=Direction.OUT)
    rows = rows.exclude(kind=MessageKind.SYSTEM).exclude(text="").order_by("-pk")
    found = list(rows.values_list("direction", "text")[: request["history"]])
    return tuple(("user" if direction == Direction.IN else "assistant", text) for direction, text in reversed(found))


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Several lines of one speaker become one: not every provider takes them apart."""
    joined: list[Line] = []
    for line in lines:
        if joined and joined[-1].role == line.role:
            joined[-1] = Line(line.role, f"{joined[-1].text}\n{line.text}")
        else:
            joined.append(line)
    return joined


def _tail(each: Mapping[str, Any]) -> Line:
    calls = tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in each.get("calls", ()))
    return Line(each["role"], each.get("text", ""), calls, each.get("id", ""))


def _last_said(lines: Sequence[Line]) -> str:
    return next((line.text for line in reversed(lines) if line.role == "user"), "")


def _system(system: str, snippets: Sequence[Snippet]) -> str:
    if not snippets:
        return system
    known = "\n\n".join(f"# {snippet.title}\n{snippet.text}" for snippet in snippets)
    return f"{system}\n\nWhat the company wrote down about this, to be used when it fits:\n\n{known}"


def _tools(tools: Sequence[Mapping[str, Any]], tags: Sequence[str]) -> list[Tool]:
    """A tool that chooses a tag is offered the tags there are."""
    found = []
    for tool in tools:
        schema = tool["schema"]
        if tool["name"] == "put_tag":
            schema = {**schema, "properties": {"tag": {"type": "string", "enum": tags}}}
        if tool["name"] != "put_tag" or tags:
            found.append(Tool(tool["name"], tool["description"], schema))
    return found


def _got(answer: Answer, provider: Provider, tags: Mapping[str, str]) -> Got:
    calls = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in answer.tool_calls]
    for call in calls:
        if call["name"] == "put_tag":
            call["arguments"] = {"tag": tags.get(str(_tag_of(call["arguments"])), "")}
    counted = {"tokens_in": answer.tokens_in, "tokens_out": answer.tokens_out}
    value = {"text": answer.text, "data": answer.data, "calls": calls, **counted}
    cost = {"cost_micros": answer.cost_micros, "currency": provider.currency}
    told = {"text": redacting.body(answer.text), "data": answer.data, "calls": calls}
    return Got({**value, **cost}, shown={**{name: each for name, each in told.items() if each}, **counted, **cost})


def _tag_of(arguments: Any) -> Any:
    return arguments.get("tag") if isinstance(arguments, Mapping) else None


def _failed(error: AiError) -> Got:
    word = "budget" if isinstance(error, BudgetSpent) else "no_answer"
    return Got(error=word, shown={"error": word, "why": redacting.text(error.sentence)})
