"""Envelope encryption: AES-256-GCM, one data key per organisation, wrapped by the master key of the environment."""

import base64
import os
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from apps.organizations.tenancy import platform_scope
from apps.vault.models import DataKey

_NONCE = 12
_known_keys: dict[uuid.UUID, bytes] = {}


class Unreadable(Exception):
    """The sealed value cannot be opened with the keys at hand."""


def seal(organization_id: uuid.UUID, plaintext: str) -> bytes:
    """Encrypt for one organisation; the organisation's id is authenticated, so a value moved to another won't open."""
    key = _data_key(organization_id)
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), organization_id.bytes)


def unseal(organization_id: uuid.UUID, sealed: bytes) -> str:
    """The plaintext; raises Unreadable when the value was altered or belongs to another organisation."""
    raw = bytes(sealed)
    try:
        return AESGCM(_data_key(organization_id)).decrypt(raw[:_NONCE], raw[_NONCE:], organization_id.bytes).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable("A sealed value could not be opened.") from error


def _data_key(organization_id: uuid.UUID) -> bytes:
    wrapped = _wrapped_key(organization_id)
    return AESGCM(_master_key(settings.VAULT_MASTER_KEY)).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], b"data-key")


def _wrapped_key(organization_id: uuid.UUID) -> bytes:
    known = _known_keys.get(organization_id)
    return known if known is not None else _load_key(organization_id)


def _load_key(organization_id: uuid.UUID) -> bytes:
    fresh = AESGCM.generate_key(256)
    nonce = os.urandom(_NONCE)
    wrapped = nonce + AESGCM(_master_key(settings.VAULT_MASTER_KEY)).encrypt(nonce, fresh, b"data-key")
    with platform_scope(reason="an organisation's data key is needed by the webhook door and workers"):
        row, _made = DataKey.objects.get_or_create(organization_id=organization_id, defaults={"wrapped": wrapped})
    found = bytes(row.wrapped)
    transaction.on_commit(lambda: _known_keys.setdefault(organization_id, found))
    return found


@lru_cache(maxsize=2)
def _master_key(encoded: str) -> bytes:
    key = base64.b64decode(encoded or "")
    if len(key) != 32:
        raise ImproperlyConfigured("VAULT_MASTER_KEY must be 32 random bytes in base64: openssl rand -base64 32")
    return key
