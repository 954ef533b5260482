"""From the journal to rows that pages show, beside the same rows by hand: 50 messages a transaction, 1 client."""

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from apps.core.ids import uuid7
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.models import Number
from benchmarks import journal, payloads
from benchmarks.house import House
from benchmarks.rounds import Goal, Row, compare

BY_HAND = 50
KNOWN = 500
GOAL = Goal("inbound: journal → rows visible", "msg/s", must=0.25, aim=0.4)
_serial = count()
_people = count(KNOWN)


def run(house: House) -> list[Row]:
    number = house.amount(2_000, 500)
    with house.connect() as connection, house.connect() as by_hand:
        by_hand.autocommit = False
        _through_the_journal(house, connection, list(range(KNOWN)))
        row = compare(
            GOAL,
            lambda: _through_the_journal(house, connection, _mix(number)),
            lambda: _by_hand(house, by_hand, _mix(number)),
            "one message a delivery; half from known contacts, half from new ones",
        )
    return [row]


def _mix(number: int) -> list[int]:
    return [next(_people) if index % 2 else random.randrange(KNOWN) for index in range(number)]


def _through_the_journal(house: House, connection: Any, people: list[int]) -> float:
    bodies = [payloads.inbound(house.demo, person, _wamid(), f"Oi, é sobre o pedido {person}") for person in people]
    journal.put(connection, bodies)
    before = _count(connection)
    began = time.perf_counter()
    journal.drain()
    seconds = time.perf_counter() - began
    if _count(connection) - before != len(people):
        found = connection.execute(
            "SELECT state, note, count(*) FROM whatsapp_webhookdelivery GROUP BY 1, 2"
        ).fetchall()
        raise RuntimeError(f"messages are missing; deliveries by state: {found}")
    return len(people) / seconds


def _wamid() -> str:
    return f"wamid.IN{next(_serial):014d}"


def _count(connection: Any) -> int:
    return int(connection.execute("SELECT count(*) FROM conversations_message WHERE direction = 'in'").fetchone()[0])


_CONTACTS = """
INSERT INTO contacts_contact (id, organization_id, name, profile_name, phone, username, email, country, notes, is_vip,
  created_at)
SELECT id, %s, '', profile, phone, '', '', 'BR', '', false, now() FROM unnest(%s::uuid[], %s::text[], %s::text[])
  AS v(id, profile, phone)
ON CONFLICT (organization_id, phone) WHERE NOT phone = '' DO UPDATE SET profile_name = EXCLUDED.profile_name
RETURNING phone, id
"""
_IDENTITIES = """
INSERT INTO contacts_contactidentity (id, organization_id, contact_id, kind, scope, key, value, is_current,
  first_seen_at)
SELECT id, %s, contact, kind, scope, key, value, true, now()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
  AS v(id, contact, kind, scope, key, value)
ON CONFLICT DO NOTHING
"""
_CONVERSATIONS = """
INSERT INTO conversations_conversation (id, organization_id, contact_id, number_id, state, version, unread_count,
  last_message_at, last_message_id, last_preview, last_kind, last_direction, last_status, window_expires_at, created_at,
  queued_at, outcome)
SELECT id, %s, contact, %s, 'queued', 1, 1, at, message, preview, 'text', 'in', '', expires, now(), now(), ''
FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[], %s::timestamptz[])
  AS v(id, contact, at, message, preview, expires)
ON CONFLICT (number_id, contact_id) WHERE NOT state = 'closed' DO UPDATE SET
  version = conversations_conversation.version + 1, unread_count = conversations_conversation.unread_count + 1,
  last_message_at = EXCLUDED.last_message_at, last_message_id = EXCLUDED.last_message_id,
  last_preview = EXCLUDED.last_preview, window_expires_at = EXCLUDED.window_expires_at
RETURNING contact_id, id
"""
_MESSAGES = """
INSERT INTO conversations_message (id, organization_id, conversation_id, contact_id, number_id, direction, kind, text,
  payload, wamid, target_wamid, client_id, media_state, reactions, status, error_detail, attempts, occurred_at,
  created_at, changed_at)
SELECT id, %s, conversation, contact, %s, 'in', 'text', text, '{"type": "text"}', wamid, '', gen_random_uuid(), '',
  '{}', '', '', 0, at, now(), now()
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
  AS v(id, conversation, contact, text, wamid, at)
ON CONFLICT DO NOTHING
"""


def _by_hand(house: House, connection: Any, people: list[int]) -> float:
    organization = Organization.objects.get()
    with tenant_scope(organization):
        number = Number.objects.get()
    scope = house.demo["business_id"]
    began = time.perf_counter()
    for start in range(0, len(people), BY_HAND):
        _write(connection, organization.pk, number.pk, scope, people[start : start + BY_HAND])
        connection.commit()
    return len(people) / (time.perf_counter() - began)


def _write(connection: Any, organization: UUID, number: UUID, scope: str, people: list[int]) -> None:
    now = datetime.now(UTC)
    distinct = list(dict.fromkeys(people))
    phones = [payloads.phone(person) for person in distinct]
    names = [f"Cliente {person}" for person in distinct]
    rows = connection.execute(_CONTACTS, [organization, [uuid7() for _ in distinct], names, phones]).fetchall()
    contacts = dict(rows)
    identities = []
    for person, phone in zip(distinct, phones, strict=True):
        bsuid = f"BR.{person:020d}"
        identities.append((uuid7(), contacts[phone], "phone", "", payloads.phone_key(person), phone))
        identities.append((uuid7(), contacts[phone], "bsuid", scope, bsuid, bsuid))
    connection.execute(_IDENTITIES, [organization, *map(list, zip(*identities, strict=True))])
    texts = [f"Oi, é sobre o pedido {person}" for person in people]
    messages = [uuid7() for _ in people]
    last = {person: (message, text) for person, message, text in zip(people, messages, texts, strict=True)}
    heads = [
        (uuid7(), contacts[payloads.phone(person)], now, message, text, now + timedelta(hours=24))
        for person, (message, text) in last.items()
    ]
    columns = map(list, zip(*heads, strict=True))
    conversations = dict(connection.execute(_CONVERSATIONS, [organization, number, *columns]).fetchall())
    lines = []
    for person, message, text in zip(people, messages, texts, strict=True):
        contact = contacts[payloads.phone(person)]
        lines.append((message, conversations[contact], contact, text, _wamid(), now))
    connection.execute(_MESSAGES, [organization, number, *map(list, zip(*lines, strict=True))])
