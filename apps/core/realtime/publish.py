"""The writing side of live pushes. Redis may be down or flushed: rows are the truth and pages catch up from them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from uuid import UUID

import orjson
import redis

from django.conf import settings
from django.db import transaction

from apps.core import correlation
from apps.core.logs import get_logger
from apps.core.realtime import wire

log = get_logger(__name__)

# Numbering and publishing in one step: two publishers can never deliver numbers out of order.
_PUBLISH = """
local seq = redis.call('INCR', KEYS[1])
redis.call('PUBLISH', ARGV[1], '{"seq":' .. seq .. ',' .. ARGV[2])
return seq
"""


@lru_cache(maxsize=1)
def connection() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, max_connections=64, health_check_interval=15
    )


def push(organization_id: UUID, groups: Iterable[str], kind: str, ids: Mapping[str, str]) -> None:
    """Tell the sockets in `groups` of one organisation, once the transaction commits, that `kind` happened to `ids`.

    The envelope carries ids only; what a viewer may see is rendered on the reading side.
    """
    envelope = {"groups": sorted(groups), "kind": kind, "ids": dict(ids), "correlation_id": correlation.current()}
    transaction.on_commit(lambda: _publish(organization_id, orjson.dumps(envelope)))


def _publish(organization_id: UUID, envelope: bytes) -> None:
    try:
        connection().eval(
            _PUBLISH, 1, wire.sequence_key(organization_id), wire.channel(organization_id), envelope[1:]
        )
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
