"""Sends whose answer never came. Nothing here sends: an ambiguous send is never repeated without a person."""

from collections import defaultdict
from uuid import UUID

from django.db import connection, transaction

from apps.conversations import live
from apps.core.logs import get_logger
from apps.organizations.tenancy import tenant_scope

log = get_logger(__name__)
LEASE_SECONDS = 180
HOLD_SECONDS = 15 * 60

_ABANDON = """
UPDATE conversations_message SET status = 'unknown', changed_at = now()
WHERE status = 'sending' AND claimed_at < now() - %s * interval '1 second'
RETURNING organization_id, id, conversation_id, status
"""
# Only where webhooks of the same app kept coming after the wait: silence of everything proves nothing.
_HOLD = """
UPDATE conversations_message AS m SET status = 'held', changed_at = now()
FROM whatsapp_number AS n JOIN whatsapp_businessaccount AS a ON a.id = n.account_id
WHERE m.status = 'unknown' AND n.id = m.number_id AND m.claimed_at < now() - %s * interval '1 second'
  AND EXISTS (
    SELECT 1 FROM (SELECT signer, received_at FROM whatsapp_webhookdelivery ORDER BY id DESC LIMIT 1000) AS recent
    WHERE recent.signer = a.signer AND recent.received_at >= m.claimed_at + %s * interval '1 second')
RETURNING m.organization_id, m.id, m.conversation_id, m.status
"""

PARKED_SECONDS = 24 * 60 * 60
PRUNED = 2000
_PRUNE = """
DELETE FROM conversations_parkedstatus WHERE id IN (
  SELECT id FROM conversations_parkedstatus WHERE created_at < now() - %s * interval '1 second'
  ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def prune_parked() -> int:
    """Statuses of messages that nobody here sent, after a day; at most `PRUNED` a pass. Returns how many went."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [PARKED_SECONDS, PRUNED])
        return int(cursor.rowcount)


@transaction.atomic
def reconcile(*, lease: float = LEASE_SECONDS, hold: float = HOLD_SECONDS) -> int:
    """Mark abandoned sends `UNKNOWN` and echo-less ones `HELD` (seconds); returns how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(_ABANDON, [lease])
        changed = cursor.fetchall()
        cursor.execute(_HOLD, [hold, hold])
        changed += cursor.fetchall()
    by_tenant: dict[UUID, list[tuple[UUID, UUID, str]]] = defaultdict(list)
    for organization_id, *rest in changed:
        by_tenant[organization_id].append((rest[0], rest[1], rest[2]))
    for organization_id, rows in by_tenant.items():
        with tenant_scope(organization_id):
            live.push_changed(rows)
    if changed:
        log.warning("sends without an answer", count=len(changed))
    return len(changed)
