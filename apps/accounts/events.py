"""Facts about accounts."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import Event


@dataclass(frozen=True, slots=True)
class SessionsRevoked(Event):
    """Sessions of a user ended (logout, new password, deactivation): whatever lives by them has to check again."""

    user_id: UUID
