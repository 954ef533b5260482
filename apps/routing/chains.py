"""Along an overflow chain: which queue takes one more. Pure, for arriving conversations and for replayed weeks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from apps.teams.calendar import Hours
from apps.teams.models import OutOfHours


class Overflowing(Protocol):
    """A queue, or as much of it."""

    @property
    def pk(self) -> UUID: ...

    @property
    def out_of_hours(self) -> str: ...

    @property
    def max_waiting(self) -> int | None: ...

    @property
    def overflow_queue_id(self) -> UUID | None: ...


Q = TypeVar("Q", bound=Overflowing)


def along(queues: Mapping[UUID, Q], first: Q) -> Iterator[Q]:
    """The queues that `first` overflows to, one after the other; ends before a circle begins anew."""
    pk, seen = first.overflow_queue_id, {first.pk}
    while pk is not None and pk in queues and pk not in seen:
        seen.add(pk)
        yield queues[pk]
        pk = queues[pk].overflow_queue_id


class Chains(Generic[Q]):
    """`queues`: those in use; `waiting`: how many wait in each that has a maximum size; a queue without `hours` is
    open."""

    def __init__(
        self, queues: Mapping[UUID, Q], hours: Mapping[UUID, Hours], waiting: Counter[UUID], moment: datetime
    ) -> None:
        self.queues, self.hours, self.waiting, self.moment = queues, hours, waiting, moment

    def after(self, first: Q) -> Q | None:
        """The first along the chain after `first` that takes one more, which then counts there; None: none does."""
        for queue in along(self.queues, first):
            if not self.push_of(queue):
                self.waiting[queue.pk] += 1
                return queue
        return None

    def push_of(self, queue: Q) -> str:
        """Why the queue sends a new one on; empty when it takes it."""
        if queue.out_of_hours == OutOfHours.OVERFLOW and not self._is_open(queue):
            return "overflow_hours"
        return "overflow_size" if self._is_full(queue) else ""

    def _is_full(self, queue: Q) -> bool:
        return queue.max_waiting is not None and self.waiting[queue.pk] >= queue.max_waiting

    def _is_open(self, queue: Q) -> bool:
        hours = self.hours.get(queue.pk)
        return hours is None or hours.is_open(self.moment)
