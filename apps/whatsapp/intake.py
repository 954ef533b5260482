"""What the journal hands on: per organisation, the changes of its numbers, to the app that registered for them."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.whatsapp.models import Number
from apps.whatsapp.payloads import Change


@dataclass(frozen=True, slots=True)
class Arrival:
    """One change for one of the tenant's numbers."""

    number: Number
    change: Change
    correlation_id: str


Consumer = Callable[[list[Arrival]], None]
_consumers: list[Consumer] = []


def register(consumer: Consumer) -> Consumer:
    """`consumer(arrivals)` runs in the tenant's scope inside the drain's transaction, arrivals in journal order."""
    _consumers.append(consumer)
    return consumer


def hand_on(arrivals: list[Arrival]) -> None:
    for consumer in _consumers:
        consumer(arrivals)
