"""Outside work: done while no lock is held, by one worker at a time, its answer then fed to the session.

A call that a killed worker may have made is repeated only when that changes nothing outside (GET); else its session
hears that the answer is unknown and takes its error port.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from django.db import connection

from apps.chatbots import effects
from apps.chatbots.state import Answered
from apps.conversations.models import Conversation
from apps.core.http import OutboundClient, OutboundResponse, TransportError
from apps.routing.places import queues_of
from apps.teams.models import Queue
from apps.teams.schedules import WITH_HOURS, is_open_now

MAX_BYTES = 1_000_000
LEASE = timedelta(minutes=3)
AT_ONCE = 50
HIDDEN = "•••"
_SECRET_WORDS = ("authorization", "cookie", "token", "secret", "password", "key")
_CLAIM = """
WITH picked AS (
  SELECT id, claimed_at FROM chatbots_session
  WHERE status = 'working' AND work IS NOT NULL
    AND (claimed_at IS NULL OR claimed_at < now() - make_interval(secs => %s))
  ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE chatbots_session AS s SET claimed_at = now() FROM picked WHERE s.id = picked.id
RETURNING s.id, s.organization_id, s.conversation_id, s.work, picked.claimed_at IS NOT NULL
"""


def is_open(conversation: Conversation, queue_id: str) -> bool:
    queue = Queue.objects.select_related(*WITH_HOURS).filter(pk=queue_id).first() if queue_id else None
    queue = queue or queues_of({conversation.number_id})[conversation.number_id]
    return queue is None or is_open_now(queue)


def dump(effect: effects.CallHttp) -> dict[str, Any]:
    return asdict(effect)


def told(effect: Any) -> dict[str, Any]:
    """An effect as the replay shows it: no header, field or part of an address that carries a secret."""
    shown: dict[str, Any] = {"effect": type(effect).__name__}
    for name, value in asdict(effect).items():
        if name == "headers":
            value = {key: HIDDEN if _is_secret(key) else text for key, text in value.items()}
        shown[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return shown


def _is_secret(name: str) -> bool:
    return any(word in name.casefold() for word in _SECRET_WORDS)


def claim() -> list[tuple[UUID, UUID, UUID, dict[str, Any], bool]]:
    """(session, organisation, conversation, work, whether somebody began it before)."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds(), AT_ONCE])
        rows = cursor.fetchall()
    return [(row[0], row[1], row[2], orjson.loads(row[3]), row[4]) for row in rows]


def answers(works: list[tuple[dict[str, Any], bool]]) -> list[Answered]:
    """All at once; one for each, in their order."""
    return asyncio.run(_all(works))


async def _all(works: list[tuple[dict[str, Any], bool]]) -> list[Answered]:
    async with OutboundClient() as client:
        return await asyncio.gather(*(_answer(client, work, began) for work, began in works))


async def _answer(client: OutboundClient, work: Mapping[str, Any], began: bool) -> Answered:
    if began and work["method"] != "GET":
        return Answered(work["key"], error="unknown")
    for attempt in range(work["retries"] + 1):
        try:
            answer = await _call(client, work)
        except TransportError as error:
            if attempt < work["retries"] and (work["method"] == "GET" or not error.ambiguous):
                continue
            return Answered(work["key"], error="no_answer")
        if answer.status >= 500 and attempt < work["retries"] and work["method"] == "GET":
            continue
        return Answered(work["key"], {"status": answer.status, "body": _body(answer)})
    return Answered(work["key"], error="no_answer")


async def _call(client: OutboundClient, work: Mapping[str, Any]) -> OutboundResponse:
    headers = {name: value for name, value in work["headers"].items() if value.isprintable()}
    body = work["body"]
    if body.lstrip().startswith(("{", "[")):
        headers.setdefault("Content-Type", "application/json")
    data = body.encode() if body and work["method"] != "GET" else None
    return await client.request(
        work["method"], work["url"], headers=headers, data=data, timeout=work["timeout"], max_bytes=MAX_BYTES
    )


def _body(answer: OutboundResponse) -> Any:
    """JSON as it is; else a text, as far as one keeps it."""
    try:
        return answer.json()
    except ValueError:
        return answer.body[:20_000].decode("utf-8", "replace").replace("\x00", "")
