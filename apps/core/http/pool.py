"""One pool of connections per event loop, shared by all clients on it and closed with the last of them."""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from weakref import WeakKeyDictionary

import aiohttp
from yarl import URL

from django.conf import settings

from apps.core.http.resolver import PinningResolver, TrustingResolver

CONNECTIONS = 400  # in flight per process; setting OUTBOUND_CONNECTIONS, useful from 200 to 600
KEEP_ALIVE = 15.0  # seconds; below what servers keep, so that a request rarely meets a closing connection
USER_AGENT = "PyTake/1.0"
DNS_SECONDS = 10


class Pool:
    """Two sessions, so that a connection made without a check is never reused for an address that needs one."""

    def __init__(self) -> None:
        self.users = 0
        self.checked = _session(PinningResolver())
        self.trusted = _session(TrustingResolver())

    async def close(self) -> None:
        await self.checked.close()
        await self.trusted.close()


def _session(resolver: PinningResolver) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=getattr(settings, "OUTBOUND_CONNECTIONS", CONNECTIONS),
        resolver=resolver,
        ttl_dns_cache=DNS_SECONDS,
        keepalive_timeout=KEEP_ALIVE,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
        requote_redirect_url=False,
    )


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()


def acquire() -> Pool:
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        pool = _pools[loop] = Pool()
    pool.users += 1
    return pool


async def release(pool: Pool) -> None:
    pool.users -= 1
    if pool.users == 0:
        _pools.pop(asyncio.get_running_loop(), None)
        await pool.close()


def trusted_origins() -> frozenset[str]:
    return _normalised(tuple(getattr(settings, "OUTBOUND_TRUSTED_ORIGINS", ())))


@lru_cache(maxsize=16)
def _normalised(origins: Iterable[str]) -> frozenset[str]:
    return frozenset(origin_of(URL(origin)) for origin in origins)


@lru_cache(maxsize=1024)
def origin_of(url: URL) -> str:
    """Scheme, host and port, the port always written out."""
    return f"{url.scheme}://{url.raw_host}:{url.port}"
