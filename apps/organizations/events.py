"""Facts about organisations and their members."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import Event


@dataclass(frozen=True, slots=True)
class OrganizationCreated(Event):
    organization_id: UUID


@dataclass(frozen=True, slots=True)
class MembershipCreated(Event):
    organization_id: UUID
    membership_id: UUID


@dataclass(frozen=True, slots=True)
class MembershipRoleChanged(Event):
    organization_id: UUID
    membership_id: UUID
    old_role: str
    new_role: str


@dataclass(frozen=True, slots=True)
class MembershipDeactivated(Event):
    """The member lost access: what was theirs to answer goes back to the queues."""

    organization_id: UUID
    membership_id: UUID
    user_id: UUID
