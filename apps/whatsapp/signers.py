"""Which app secret signed a body. Several apps may post here: each secret is tried, no secret means refusal."""

import asyncio
import hmac
import time
from collections.abc import Callable
from typing import NamedTuple

from asgiref.sync import sync_to_async

from django.db import DatabaseError, close_old_connections

from apps.core.logs import get_logger
from apps.organizations.tenancy import platform_scope
from apps.vault.sealing import Unreadable
from apps.whatsapp.models import BusinessAccount

log = get_logger(__name__)
FRESH_SECONDS = 30.0
RELOAD_SECONDS = 1.0


class SecretsUnknown(Exception):
    """The database is away and what is cached does not decide: neither accept nor call it forged."""


class Known(NamedTuple):
    secrets: tuple[tuple[str, bytes], ...]
    verify_tokens: frozenset[str]


def load_known() -> Known:
    """Secrets by signer and verify tokens of all accounts; a secret that cannot be opened is left out and logged."""
    close_old_connections()
    with platform_scope(reason="the door must check signatures before it can know the tenant"):
        accounts = list(BusinessAccount.objects.only("organization_id", "signer", "app_secret", "verify_token"))
        secrets = {account.signer: secret for account in accounts if (secret := _open(account))}
    return Known(tuple(secrets.items()), frozenset(account.verify_token for account in accounts))


def _open(account: BusinessAccount) -> bytes | None:
    try:
        return account.app_secret.reveal().encode() or None
    except Unreadable:
        log.error("an app secret cannot be opened", account=str(account.pk))
        return None


class Signers:
    """Cached for 30 s; what does not match reloads at most once a second, so a new account works at once."""

    def __init__(self, load: Callable[[], Known] = load_known) -> None:
        self._load = load
        self._known = Known((), frozenset())
        self._loaded_at = float("-inf")
        self._lock = asyncio.Lock()

    async def of(self, digest: bytes | None, body: bytes) -> str | None:
        """The signer's fingerprint, or None for a missing, malformed or forged signature; raises SecretsUnknown."""
        if digest is None:
            return None
        found = _match(self._known, digest, body) if self._age() < FRESH_SECONDS else None
        if found is None and await self._refresh(RELOAD_SECONDS):
            found = _match(self._known, digest, body)
        return found

    async def knows_verify_token(self, token: str) -> bool:
        await self._refresh(RELOAD_SECONDS)
        given = token.encode("utf-8", "replace")
        return any(hmac.compare_digest(given, known.encode()) for known in self._known.verify_tokens if known)

    def _age(self) -> float:
        return time.monotonic() - self._loaded_at

    async def _refresh(self, max_age: float) -> bool:
        if self._age() < max_age:
            return False
        async with self._lock:
            if self._age() < max_age:
                return True
            try:
                self._known = await sync_to_async(self._load)()
            except DatabaseError as error:
                raise SecretsUnknown("the app secrets could not be read") from error
            self._loaded_at = time.monotonic()
            return True


def _match(known: Known, digest: bytes, body: bytes) -> str | None:
    for signer, secret in known.secrets:
        if hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode(), digest):
            return signer
    return None
