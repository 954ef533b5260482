"""Claiming: `QUEUED` rows become `SENDING` with a fresh callback id, committed before anything goes out."""

from typing import Any, NamedTuple
from uuid import UUID

import orjson

from django.db import connection

# The oldest of a conversation first, and only when nothing earlier of it is still on its way: order is kept.
_CLAIM = """
WITH picked AS (
  SELECT m.id FROM conversations_message AS m
  JOIN whatsapp_number AS n ON n.id = m.number_id
  WHERE m.status = 'queued' AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= now())
    AND n.is_active AND (n.paused_until IS NULL OR n.paused_until <= now())
    AND NOT EXISTS (
      SELECT 1 FROM conversations_message AS earlier
      WHERE earlier.conversation_id = m.conversation_id AND earlier.status IN ('queued', 'sending')
        AND earlier.id < m.id)
  ORDER BY m.id LIMIT %s FOR UPDATE OF m SKIP LOCKED
), claimed AS (
  UPDATE conversations_message AS m
  SET status = 'sending', claimed_at = now(), attempts = m.attempts + 1, callback_id = gen_random_uuid()
  FROM picked WHERE m.id = picked.id
  RETURNING m.*
)
SELECT c.id, c.organization_id, c.conversation_id, c.number_id, n.phone_number_id, n.account_id, c.contact_id,
  c.payload, c.text, c.callback_id, c.attempts, c.media_id,
  (SELECT replied.wamid FROM conversations_message AS replied WHERE replied.id = c.reply_to_id),
  (SELECT phone.value FROM contacts_contactidentity AS phone
    WHERE phone.contact_id = c.contact_id AND phone.kind = 'phone' AND phone.is_current LIMIT 1),
  (SELECT bsuid.value FROM contacts_contactidentity AS bsuid
    WHERE bsuid.contact_id = c.contact_id AND bsuid.kind = 'bsuid' AND bsuid.is_current
      AND bsuid.scope = COALESCE(NULLIF(a.portfolio_id, ''), 'waba:' || a.waba_id) LIMIT 1),
  a.access_token
FROM claimed AS c
JOIN whatsapp_number AS n ON n.id = c.number_id
JOIN whatsapp_businessaccount AS a ON a.id = n.account_id
ORDER BY c.id
"""


class Job(NamedTuple):
    """One claimed message and all that its delivery needs; `wa_id` and `bsuid` are the recipient, `token` is sealed."""

    id: UUID
    organization_id: UUID
    conversation_id: UUID
    number_id: UUID
    phone_number_id: str
    account_id: UUID
    contact_id: UUID
    payload: dict[str, Any]
    text: str
    callback_id: UUID
    attempts: int
    media_id: UUID | None
    reply_to_wamid: str | None
    wa_id: str | None
    bsuid: str | None
    token: bytes


def claim(limit: int) -> list[Job]:
    """Up to `limit` messages of all tenants, each claimed by exactly one worker; one statement, committed by itself."""
    with connection.cursor() as cursor:  # not prepared: a plan for any limit is a fifth slower
        cursor.execute(_CLAIM, [limit])
        return [_job(row) for row in cursor.fetchall()]


def _job(row: tuple[Any, ...]) -> Job:
    """Django hands JSON columns of raw queries over as text."""
    job = Job(*row)
    return job._replace(payload=orjson.loads(row[7]))
