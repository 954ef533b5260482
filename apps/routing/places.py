"""In which queue an arriving conversation waits: its number's, or where that one overflows to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.routing.chains import Chains
from apps.routing.models import NumberRoute
from apps.teams.models import Queue
from apps.teams.schedules import WITH_HOURS, hours_of_queues


@dataclass(frozen=True, slots=True)
class Place:
    """A queue, why this one, and the one it overflowed from."""

    queue: Queue | None
    reason: str
    origin: Queue | None = None

    @property
    def details(self) -> dict[str, str]:
        """For the event line: names for who reads it, ids for what is worked out of it later."""
        told = {"reason": self.reason} | ({"queue_id": str(self.queue.pk)} if self.queue else {})
        return told | ({"from": self.origin.name, "from_id": str(self.origin.pk)} if self.origin else {})


def queues_of(numbers: set[UUID]) -> dict[UUID, Queue | None]:
    """The queue of each number's route; where that is missing or not in use, the first active queue."""
    related = [f"queue__{name}" for name in WITH_HOURS]
    routes = NumberRoute.objects.select_related("queue__department", *related)
    found: dict[UUID, Queue | None] = {
        route.number_id: route.queue for route in routes.filter(number__in=numbers, queue__is_active=True)
    }
    if missing := numbers - found.keys():
        active = Queue.objects.select_related("department", *WITH_HOURS).filter(is_active=True)
        found |= dict.fromkeys(missing, active.order_by("priority", "created_at").first())
    return found


class Overflow:
    """Finds where conversations fit, counting what it places itself. Three queries at most, however many come; none
    when no queue overflows."""

    def __init__(self, entrances: Iterable[Queue | None]) -> None:
        self.chains: Chains[Any] = Chains({}, {}, Counter(), now())
        if any(queue is not None and queue.overflow_queue_id for queue in entrances):
            rows = Queue.objects.filter(is_active=True).select_related(*WITH_HOURS)
            self.chains.queues = {queue.pk: queue for queue in rows}
            self.chains.hours = hours_of_queues(self.chains.queues.values())
            limited = [queue.pk for queue in self.chains.queues.values() if queue.max_waiting]
            self.chains.waiting.update(count_waiting(limited))

    def place(self, queue: Queue | None, reason: str) -> Place:
        """`queue`, or the first along its overflow chain that takes one more; `queue` again when none does."""
        why = self.chains.push_of(queue) if queue is not None else ""
        found = (self.beyond(queue, why) if queue is not None and why else None) or Place(queue, reason)
        if queue is not None and found.queue is queue:
            self.chains.waiting[queue.pk] += 1
        return found

    def beyond(self, first: Queue, reason: str) -> Place | None:
        """The first along the chain after `first` that takes one more, which then counts there; None: none does."""
        found: Queue | None = self.chains.after(first)
        return None if found is None else Place(found, reason, first)


def count_waiting(queues: list[UUID]) -> dict[UUID, int]:
    if not queues:
        return {}
    rows = Conversation.objects.waiting().filter(queue__in=queues).order_by().values("queue")
    return {row["queue"]: row["number"] for row in rows.annotate(number=Count("pk"))}
