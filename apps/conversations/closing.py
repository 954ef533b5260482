"""Closing with the question for a rating, and taking the closing back."""

from uuid import UUID

from django.db import transaction

from apps.conversations import csat, services
from apps.conversations.models import Conversation, Outcome
from apps.organizations.models import Membership


@transaction.atomic
def close(conversation_id: UUID, *, actor: Membership, outcome: str) -> Conversation:
    """Close with an outcome; a resolved conversation asks its customer for a rating where the company wants that."""
    if outcome == Outcome.RESOLVED:
        csat.ask(conversation_id, actor=actor)
    return services.close(conversation_id, actor=actor, outcome=outcome)


@transaction.atomic
def reopen(conversation_id: UUID, *, actor: Membership) -> Conversation:
    """Open again; a question that has not left yet is not asked."""
    csat.take_back(conversation_id)
    return services.reopen(conversation_id, actor=actor)
