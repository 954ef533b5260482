"""Rate limits: at most `times` in any `seconds`, counted in Redis; without Redis each process counts for itself.

Subjects are hashed, so that the counters hold no addresses or e-mails.
"""

import hashlib
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import cast

import redis

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.core.ids import uuid7
from apps.core.logs import get_logger
from apps.core.redis import connection

log = get_logger(__name__)

# A log of the allowed uses within the window, on the server's clock: {allowed, uses left, ms until one is free}.
_HIT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local times, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - window)
local used = redis.call('ZCARD', KEYS[1])
if used >= times then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return {0, 0, oldest[2] + window - now}
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return {1, times - used - 1, 0}
"""
_LOCAL_SUBJECTS = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` uses of `name` in any span of `seconds`."""

    name: str
    times: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_after` is in whole seconds, 0 when allowed."""

    limit: Limit
    allowed: bool
    remaining: int
    retry_after: int
    key: str
    use: str


def hit(limit: Limit, subject: object) -> Verdict:
    """Count one use by `subject`. A refused use is not counted."""
    key = f"limit:{limit.name}:{hashlib.sha256(str(subject).encode()).hexdigest()[:32]}"
    use = uuid7().hex
    try:
        answer = connection().eval(_HIT, 1, key, str(limit.times), str(limit.seconds * 1000), use)
        allowed, remaining, wait = cast("list[int]", answer)
    except redis.RedisError as error:
        log.warning("rate limits count in this process only", error=str(error))
        allowed, remaining, wait = _local.hit(limit, key, use)
    return Verdict(limit, bool(allowed), int(remaining), math.ceil(int(wait) / 1000), key, use)


def forgive(verdict: Verdict) -> None:
    """Take one counted use back: a correct password is not an attempt at guessing."""
    _local.forgive(verdict)
    try:
        connection().zrem(verdict.key, verdict.use)
    except redis.RedisError as error:
        log.warning("a use stays counted", error=str(error))


def set_headers(response: HttpResponse, verdict: Verdict) -> None:
    """`X-RateLimit-*`, and `Retry-After` (seconds) on a refusal."""
    response["X-RateLimit-Limit"] = str(verdict.limit.times)
    response["X-RateLimit-Remaining"] = str(verdict.remaining)
    response["X-RateLimit-Reset"] = str(verdict.retry_after)
    if not verdict.allowed:
        response["Retry-After"] = str(verdict.retry_after)


def client_address(request: HttpRequest) -> str:
    """The caller's address; an IPv6 caller counts as its /64. `TRUSTED_PROXIES` says how many proxies to believe."""
    trusted = getattr(settings, "TRUSTED_PROXIES", 0)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    stated = hops[-trusted] if trusted and len(hops) >= trusted else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(stated)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


class _LocalCounter:
    """The same log in memory; the longest untouched subject makes room."""

    def __init__(self) -> None:
        self._uses: OrderedDict[str, list[tuple[float, str]]] = OrderedDict()
        self._lock = Lock()

    def hit(self, limit: Limit, key: str, use: str) -> tuple[int, int, int]:
        moment = time.monotonic()
        with self._lock:
            uses = [entry for entry in self._uses.get(key, []) if entry[0] > moment - limit.seconds]
            self._keep(key, uses)
            if len(uses) >= limit.times:
                return 0, 0, int((uses[0][0] + limit.seconds - moment) * 1000)
            uses.append((moment, use))
            return 1, limit.times - len(uses), 0

    def _keep(self, key: str, uses: list[tuple[float, str]]) -> None:
        self._uses[key] = uses
        self._uses.move_to_end(key)
        if len(self._uses) > _LOCAL_SUBJECTS:
            self._uses.popitem(last=False)

    def forgive(self, verdict: Verdict) -> None:
        with self._lock:
            if verdict.key in self._uses:
                self._uses[verdict.key] = [entry for entry in self._uses[verdict.key] if entry[1] != verdict.use]


_local = _LocalCounter()
