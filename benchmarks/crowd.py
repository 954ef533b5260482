"""Many contacts, conversations and sent messages, written straight into the tables for figures that need them."""

from itertools import count
from typing import Any

_serial, _crowds = count(), count()

_FILL = """
WITH fresh AS (
  SELECT n, gen_random_uuid() AS contact, gen_random_uuid() AS conversation
  FROM generate_series(%(first)s::int, %(last)s::int) n
), contacts AS (
  INSERT INTO contacts_contact (id, organization_id, name, profile_name, phone, username, email, country, notes, is_vip,
    created_at)
  SELECT contact, o.id, '', 'Pessoa ' || n, '55219' || (10000000 + n), '', '', 'BR', '', false, now()
  FROM fresh, organizations_organization o
), identities AS (
  INSERT INTO contacts_contactidentity (id, organization_id, contact_id, kind, scope, key, value, is_current,
    first_seen_at)
  SELECT gen_random_uuid(), o.id, contact, 'phone', '', '5521' || (10000000 + n), '55219' || (10000000 + n), true, now()
  FROM fresh, organizations_organization o
), conversations AS (
  INSERT INTO conversations_conversation (id, organization_id, contact_id, number_id, state, version, unread_count,
    last_message_at, last_preview, last_kind, last_direction, last_status, window_expires_at, created_at, outcome)
  SELECT conversation, o.id, contact, w.id, 'open', 1, 0, now(), 'Pedido ' || n, 'text', 'out', '',
    now() + interval '20 hours', now(), ''
  FROM fresh, organizations_organization o, whatsapp_number w
) SELECT conversation, contact FROM fresh
"""
_MESSAGES = """
INSERT INTO conversations_message (id, organization_id, conversation_id, contact_id, number_id, direction, kind, text,
  payload, wamid, target_wamid, client_id, media_state, reactions, status, error_detail, attempts, occurred_at,
  created_at, changed_at)
SELECT uuidv7(), w.organization_id, v.conversation, v.contact, w.id, 'out', 'text', 'Seu pedido saiu para entrega',
  '{"send": "text"}', v.wamid, '', gen_random_uuid(), '', '{}', %s, '', 0, now(), now(), now()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS v(conversation, contact, wamid), whatsapp_number w
RETURNING id
"""
Pair = tuple[Any, Any]


def conversations(connection: Any, number: int) -> list[Pair]:
    """So many new people with an open conversation each: (conversation id, contact id)."""
    first = next(_crowds) * 1_000_000
    return list(connection.execute(_FILL, {"first": first, "last": first + number - 1}).fetchall())


def messages(connection: Any, pairs: list[Pair], status: str) -> list[tuple[Any, str | None]]:
    """One outbound message in each pair's conversation: (id, wamid); a queued one has no wamid yet."""
    sent = status != "queued"
    wamids = [f"wamid.OUT{next(_serial):014d}" if sent else None for _ in pairs]
    rows = connection.execute(_MESSAGES, [status, [a for a, _ in pairs], [b for _, b in pairs], wamids]).fetchall()
    return [(pk, wamid) for (pk,), wamid in zip(rows, wamids, strict=True)]
