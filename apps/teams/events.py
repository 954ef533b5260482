"""Facts about teams."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import Event


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """`old` and `new` are values of `PresenceState`."""

    organization_id: UUID
    membership_id: UUID
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class QueueChanged(Event):
    """A queue's settings were saved: who may take from it, or how, may be different now."""

    organization_id: UUID
    queue_id: UUID


@dataclass(frozen=True, slots=True)
class AgentChanged(Event):
    """A member's skills or capacity were saved."""

    organization_id: UUID
    membership_id: UUID


@dataclass(frozen=True, slots=True)
class PromisesChanged(Event):
    """An SLA policy, business hours, holidays or a department were saved: what is due when may be different now."""

    organization_id: UUID
