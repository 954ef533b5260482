"""What the engine is told about the world: versions to run, and what texts may look up."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.chatbots.engine import Program, compile_graph
from apps.chatbots.models import FlowVersion
from apps.chatbots.state import Said
from apps.chatbots.triggering import version_for
from apps.conversations.models import Conversation, Message
from apps.core.clock import now

_compiled: dict[UUID, Program] = {}
_MOST = 500


class Programs(Mapping[str, Program]):
    """By version id, and `flow:<id>` for a sub-flow's version; `own` is at hand, with its flow and bot, others are
    read when asked for. Each with its bot's fallback of now."""

    def __init__(self, seed: int, own: FlowVersion | None = None) -> None:
        self._seed = seed
        self._known: dict[str, Program] = {str(own.pk): _program(own)} if own is not None else {}

    def __getitem__(self, key: str) -> Program:
        if key not in self._known:
            version = self._of_flow(key[5:]) if key.startswith("flow:") else key
            self._known[key] = self._known[version] = _program(_read(version))
        return self._known[key]

    def _of_flow(self, flow_id: str) -> str:
        versions = FlowVersion.objects.filter(flow=UUID(flow_id)).defer("graph").order_by("-number")
        found = version_for(list(versions), self._seed)
        if found is None:
            raise KeyError(flow_id)
        return str(found.pk)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _read(version_id: str) -> FlowVersion:
    row = FlowVersion.objects.select_related("flow__bot").defer("graph").filter(pk=UUID(version_id)).first()
    if row is None:
        raise KeyError(version_id)
    return row


def _program(version: FlowVersion) -> Program:
    """A version never changes, so a process works it out once; what the bot says is asked each time."""
    if version.pk not in _compiled:
        if len(_compiled) >= _MOST:
            _compiled.clear()
        _compiled[version.pk] = compile_graph(str(version.pk), version.graph)
    bot = version.flow.bot
    queue = str(bot.fallback_queue_id or "")
    return replace(_compiled[version.pk], fallback_text=bot.fallback_text, fallback_queue=queue)


def facts_of(conversation: Conversation, last: str) -> dict[str, Any]:
    """What flows may read of the contact, the company and the moment."""
    contact, number, company = conversation.contact, conversation.number, conversation.organization
    local = timezone.localtime(now(), ZoneInfo(company.time_zone))
    name = contact.display_name
    return {
        "contact": {
            "name": name,
            "first_name": name.split()[0] if name.split() else "",
            "phone": contact.phone,
            "email": contact.email,
        },
        "conversation": {"id": str(conversation.pk)},
        "company": {"name": company.name, "time_zone": company.time_zone},
        "number": {"name": str(number)},
        "now": {"date": local.strftime("%d/%m/%Y"), "time": local.strftime("%H:%M")},
        "last": {"text": last},
    }


def said_of(message: Message) -> Said:
    """A stored message as the engine hears it."""
    payload = message.payload
    chosen = str(payload.get("id") or payload.get("payload") or "")
    data = {name: value for name, value in payload.items() if name not in ("media", "context", "referral", "type")}
    return Said(str(message.pk), message.kind, message.text, chosen, str(message.media_id or ""), data)
