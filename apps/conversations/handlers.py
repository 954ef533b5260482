"""Who answers inbound messages: one visible, ordered list (`INBOUND_HANDLERS`), first to claim wins."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.conversations.models import Conversation, Message


@dataclass(slots=True, eq=False)
class Arrived:
    """What one conversation received in a batch, oldest first. `is_new`: it began with that."""

    conversation: Conversation
    correlation_id: str
    messages: list[Message] = field(default_factory=list)
    is_new: bool = False


class InboundHandler(Protocol):
    def handle(self, arrived: list[Arrived]) -> list[Arrived]:
        """Take care of what is this handler's and return the rest, for the next one. Conversations are locked."""


@lru_cache(maxsize=1)
def _handlers() -> tuple[InboundHandler, ...]:
    return tuple(import_string(path)() for path in settings.INBOUND_HANDLERS)


def handle_inbound(arrived: list[Arrived]) -> None:
    for handler in _handlers():
        if arrived:
            arrived = handler.handle(arrived)
