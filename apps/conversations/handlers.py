"""Who answers an inbound message: one visible, ordered list (`INBOUND_HANDLERS`), first to claim wins."""

from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.conversations.models import Conversation, Message


class InboundHandler(Protocol):
    def handle(self, conversation: Conversation, messages: list[Message]) -> bool:
        """True when this handler took care of the conversation's new messages."""


@lru_cache(maxsize=1)
def _handlers() -> tuple[InboundHandler, ...]:
    return tuple(import_string(path)() for path in settings.INBOUND_HANDLERS)


def handle_inbound(conversation: Conversation, messages: list[Message]) -> None:
    any(handler.handle(conversation, messages) for handler in _handlers())
