"""The process-wide Redis connection pool for own commands (the cache has its own)."""

from functools import lru_cache

import redis

from django.conf import settings


@lru_cache(maxsize=1)
def connection() -> "redis.Redis":
    """Bounded pool, short time-outs: nobody waits for Redis longer than two seconds."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, max_connections=64, health_check_interval=15
    )
