"""Facts about conversations."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import Event


@dataclass(frozen=True, slots=True)
class ConversationClosed(Event):
    organization_id: UUID
    conversation_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class ConversationReopened(Event):
    organization_id: UUID
    conversation_id: UUID
