"""Events: lower apps publish facts on commit, higher apps subscribe in `receivers.py`."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

E = TypeVar("E", bound="Event")
_receivers: dict[type["Event"], list[Callable[[Any], None]]] = defaultdict(list)


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events: a frozen dataclass of ids, never of model instances."""


def subscribe(kind: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a receiver for one event class; receivers run in the order of registration."""

    def register(receiver: Callable[[E], None]) -> Callable[[E], None]:
        _receivers[kind].append(receiver)
        return receiver

    return register


def publish(event: Event) -> None:
    """Run the receivers once the surrounding transaction has committed (at once when there is none)."""
    transaction.on_commit(lambda: _dispatch(event))


def _dispatch(event: Event) -> None:
    for receiver in _receivers[type(event)]:
        receiver(event)
