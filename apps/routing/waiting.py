"""The order in which waiting conversations are served (VIPs, then queue priority, then age), and claiming one.

Looking takes no locks: a few of each queue are read from its index, whatever waits behind them. Claiming locks exactly
one row, skipping those that somebody else is taking in this moment.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from apps.conversations.models import Conversation
from apps.core.compiled import CompiledModel, prepared
from apps.organizations.tenancy import current_organization_id, tenant_scope

FIRST_LOOK = 8
LOOKS = 4

_VIPS = """
SELECT c.id, c.queue_id
FROM contacts_contact v
JOIN conversations_conversation c
  ON c.contact_id = v.id AND c.state = 'queued' AND c.organization_id = v.organization_id
JOIN unnest(%(queues)s::uuid[], %(priorities)s::int[]) AS q(id, priority) ON q.id = c.queue_id
WHERE v.organization_id = %(organization)s AND v.is_vip
ORDER BY q.priority, c.queued_at, c.id LIMIT %(most)s
"""
_OTHERS = """
SELECT c.id, q.id
FROM unnest(%(queues)s::uuid[], %(priorities)s::int[]) AS q(id, priority)
CROSS JOIN LATERAL (
  SELECT w.id, w.queued_at FROM conversations_conversation w
  WHERE w.queue_id = q.id AND w.state = 'queued' AND w.organization_id = %(organization)s
  ORDER BY w.queued_at, w.id LIMIT %(most)s
) c
ORDER BY q.priority, c.queued_at, c.id LIMIT %(most)s
"""
_CLAIM = """
SELECT id FROM conversations_conversation
WHERE id = ANY(%(ids)s::uuid[]) AND queue_id = ANY(%(queues)s::uuid[]) AND state = 'queued'
  AND organization_id = %(organization)s
ORDER BY array_position(%(ids)s::uuid[], id) LIMIT 1
FOR UPDATE SKIP LOCKED
"""


def _by_id(organization: UUID, conversation: UUID) -> QuerySet[Conversation]:
    with tenant_scope(organization):
        return Conversation.objects.select_related("contact", "number", "queue").filter(pk=conversation)


_whole = CompiledModel(2, _by_id)


class Serving(Protocol):
    """A queue, or as much of it."""

    @property
    def pk(self) -> UUID: ...

    @property
    def priority(self) -> int: ...


def upcoming(queues: Sequence[Serving], most: int) -> list[tuple[UUID, UUID]]:
    """(conversation, queue) in the order of service, at most `most`."""
    values: dict[str, Any] = {
        "queues": [queue.pk for queue in queues],
        "priorities": [queue.priority for queue in queues],
        "organization": current_organization_id(),
        "most": most,
    }
    found = dict(prepared(_VIPS, values))
    found |= {pk: queue for pk, queue in prepared(_OTHERS, values) if pk not in found}
    return list(found.items())[:most]


def claim(ids: Sequence[UUID], queues: Sequence[Serving]) -> Conversation | None:
    """Lock the first of `ids` that still waits in one of the queues and that nobody else is taking."""
    values: dict[str, Any] = {
        "ids": list(ids),
        "queues": [queue.pk for queue in queues],
        "organization": current_organization_id(),
    }
    rows = prepared(_CLAIM, values)
    return _whole.get(current_organization_id(), rows[0][0]) if rows else None


def claim_next(queues: Sequence[Serving]) -> Conversation | None:
    """The next one of these queues, locked; looks further when others take the first ones at this moment."""
    most = FIRST_LOOK
    for _look in range(LOOKS):
        ids = [pk for pk, _queue in upcoming(queues, most)]
        conversation = claim(ids, queues) if ids else None
        if conversation is not None or len(ids) < most:
            return conversation
        most *= 5
    return None
