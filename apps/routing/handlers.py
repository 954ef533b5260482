"""The last of the inbound handlers: a person answers."""

from apps.conversations.models import Conversation, Message
from apps.routing import services


class Queue:
    """Puts a conversation that nobody holds into its number's queue; wakes a snoozed one."""

    def handle(self, conversation: Conversation, messages: list[Message]) -> bool:
        services.ensure_routed(conversation)
        return True
