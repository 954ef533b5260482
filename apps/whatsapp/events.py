"""Facts that higher apps may want to know."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import Event


@dataclass(frozen=True, slots=True)
class AccountEventStored(Event):
    """Something new was said of an account (template status, quality, ban …)."""

    organization_id: UUID
    account_id: UUID
    event_id: UUID
    field: str
