"""The master keys of the environment: one that wraps, and former ones that still unwrap while keys are rotated."""

import base64
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12
_PURPOSE = b"data-key"


class Unreadable(Exception):
    """The sealed value cannot be opened with the keys at hand."""


def wrap(data_key: bytes) -> tuple[str, bytes]:
    """(fingerprint of the master key, wrapped key)."""
    master, nonce = _decoded(settings.VAULT_MASTER_KEY), os.urandom(_NONCE)
    return fingerprint(master), nonce + AESGCM(master).encrypt(nonce, data_key, _PURPOSE)


def unwrap(master: str, wrapped: bytes) -> bytes:
    """Raises Unreadable when the master key that wrapped it is not at hand."""
    for key in _candidates(master):
        try:
            return AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _PURPOSE)
        except InvalidTag:
            continue
    raise Unreadable("A data key is wrapped by a master key that is not at hand.")


def current_fingerprint() -> str:
    return fingerprint(_decoded(settings.VAULT_MASTER_KEY))


def _candidates(master: str) -> list[bytes]:
    """Keys of before fingerprints (an empty one) may have any master key."""
    encoded = [settings.VAULT_MASTER_KEY, *settings.VAULT_FORMER_MASTER_KEYS]
    return [key for key in map(_decoded, encoded) if master in ("", fingerprint(key))]


def fingerprint(key: bytes) -> str:
    """Names a master key without telling it."""
    return hashlib.sha256(b"pytake master key" + key).hexdigest()[:16]


@lru_cache(maxsize=8)
def _decoded(encoded: str) -> bytes:
    key = base64.b64decode(encoded or "")
    if len(key) != 32:
        raise ImproperlyConfigured("VAULT_MASTER_KEY must be 32 random bytes in base64: openssl rand -base64 32")
    return key
