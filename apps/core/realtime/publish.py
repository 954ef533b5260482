"""The writing side of live pushes. Redis may be down or flushed: rows are the truth and pages catch up from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
import redis

from django.db import transaction

from apps.core import correlation
from apps.core.logs import get_logger
from apps.core.realtime import wire
from apps.core.redis import connection

log = get_logger(__name__)

# Numbering and publishing in one step: two publishers can never deliver numbers out of order.
_PUBLISH = """
local last = redis.call('INCRBY', KEYS[1], #ARGV - 1)
for i = 2, #ARGV do
  redis.call('PUBLISH', ARGV[1], '{"seq":' .. (last - #ARGV + i) .. ',' .. ARGV[i])
end
return last
"""


@dataclass(frozen=True, slots=True)
class Push:
    """`kind` happened to `ids`; whoever sits in one of `groups` should see it, who sits only in `gone` loses it.

    `correlation_id` is what it followed from, where that is not what is current (many deliveries are handled at once).
    """

    groups: frozenset[str]
    kind: str
    ids: Mapping[str, str]
    gone: frozenset[str] = frozenset()
    correlation_id: str = ""


def last_sequence(organization_id: UUID) -> int | None:
    """The number of the newest push, for a page that is about to read its rows; None while Redis is away."""
    try:
        return int(connection().get(wire.sequence_key(organization_id)) or 0)
    except redis.RedisError:
        return None


def push(organization_id: UUID, groups: Iterable[str], kind: str, ids: Mapping[str, str]) -> None:
    """Tell the sockets in `groups` of one organisation, once the transaction commits."""
    push_all(organization_id, [Push(frozenset(groups), kind, ids)])


def push_all(organization_id: UUID, pushes: list[Push]) -> None:
    """Several pushes in one trip. Envelopes carry ids only; what a viewer may see is rendered on the reading side."""
    envelopes = [_envelope(item) for item in pushes]
    if envelopes:
        transaction.on_commit(lambda: _publish(organization_id, envelopes))


def _envelope(item: Push) -> bytes:
    body = {
        "groups": sorted(item.groups),
        "gone": sorted(item.gone - item.groups),
        "kind": item.kind,
        "ids": dict(item.ids),
        "correlation_id": item.correlation_id or correlation.current(),
    }
    return orjson.dumps(body)[1:]


def _publish(organization_id: UUID, envelopes: list[bytes]) -> None:
    try:
        connection().eval(_PUBLISH, 1, wire.sequence_key(organization_id), wire.channel(organization_id), *envelopes)
    except redis.RedisError as error:
        log.warning("push lost, pages will catch up", error=str(error))


def close_user(user_id: UUID, organization_id: UUID | None = None) -> None:
    """End a user's live sockets (everywhere, or in one organisation) once the transaction commits."""
    message = orjson.dumps({"close_user": str(user_id), "organization": str(organization_id or "")})
    transaction.on_commit(lambda: _control(message))


def _control(message: bytes) -> None:
    try:
        connection().publish(wire.CONTROL_CHANNEL, message)
    except redis.RedisError as error:
        log.warning("control message lost, the periodic check closes the sockets", error=str(error))
