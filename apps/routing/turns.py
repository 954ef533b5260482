"""Whose turn it is: among those who wait, and among the agents who could take the next one. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from apps.teams.models import RoutingMode

Turn = tuple[bool, int, datetime, UUID]


class Free(Protocol):
    """An agent with room."""

    membership_id: UUID
    load: int
    last_given: datetime

    @property
    def skills(self) -> Mapping[UUID, int]: ...


def turn(*, is_vip: bool, priority: int, since: datetime, pk: UUID) -> Turn:
    """Smallest first: VIPs, then the queue's priority, then age. `routing.waiting` says the same in SQL."""
    return (not is_vip, priority, since, pk)


def knows(skills: Mapping[UUID, int], needs: Mapping[UUID, int]) -> bool:
    """Every required skill, well enough."""
    return all(skills.get(skill, 0) >= minimum for skill, minimum in needs.items())


def rank(mode: str, needs: Iterable[UUID], agent: Free) -> tuple[object, ...]:
    """Smallest first; whoever waits longest for work decides between equals."""
    if mode == RoutingMode.ROUND_ROBIN:
        return (agent.last_given, agent.membership_id)
    known = sum(agent.skills.get(skill, 0) for skill in needs) if mode == RoutingMode.SKILLS else 0
    return (-known, agent.load, agent.last_given, agent.membership_id)
