"""The last of the inbound handlers: a person answers."""

from apps.conversations.handlers import Arrived
from apps.routing import services


class Queue:
    """Puts conversations that nobody holds into their numbers' queues; wakes snoozed ones."""

    def handle(self, arrived: list[Arrived]) -> list[Arrived]:
        services.ensure_routed(arrived)
        return []
