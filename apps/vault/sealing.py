"""Envelope encryption: AES-256-GCM, data keys per organisation, wrapped by the master key of the environment.

A sealed value begins with the version of the data key that sealed it, so old and new keys are read side by side while
keys are rotated. Values of before versions (no header) belong to version 1.
"""

import os
import struct
import time
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from django.db import transaction

from apps.organizations.tenancy import platform_scope
from apps.vault.keys import DataKey
from apps.vault.master import Unreadable, unwrap, wrap

_NONCE = 12
_HEADER = struct.Struct(">4sI")
_MAGIC = b"PTk\x02"
FRESH_SECONDS = 60.0  # how long a process goes on sealing with a key after a newer one was made

__all__ = ["Unreadable", "seal", "unseal"]


@dataclass(frozen=True, slots=True)
class Ring:
    """An organisation's data keys by version, still wrapped: (fingerprint of the master key, wrapped key)."""

    keys: dict[int, tuple[str, bytes]]
    read_at: float

    @property
    def newest(self) -> int:
        return max(self.keys)


_known_keys: dict[uuid.UUID, Ring] = {}


def seal(organization_id: uuid.UUID, plaintext: str) -> bytes:
    """Encrypt for one organisation; the organisation's id is authenticated, so a value moved to another won't open."""
    version, key = _sealing_key(organization_id)
    header, nonce = _HEADER.pack(_MAGIC, version), os.urandom(_NONCE)
    return header + nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), header + organization_id.bytes)


def unseal(organization_id: uuid.UUID, sealed: bytes) -> str:
    """The plaintext; raises Unreadable when the value was altered or belongs to another organisation."""
    raw = bytes(sealed)
    version, header = version_of(raw), raw[: _HEADER.size] if raw.startswith(_MAGIC) else b""
    body = raw[len(header) :]
    try:
        key = unwrap(*_wrapped(organization_id, version))
        return AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], header + organization_id.bytes).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable("A sealed value could not be opened.") from error


def version_of(sealed: bytes) -> int:
    """The version of the data key that sealed it."""
    raw = bytes(sealed[: _HEADER.size])
    return int(_HEADER.unpack(raw)[1]) if raw.startswith(_MAGIC) and len(raw) == _HEADER.size else 1


def newest_version(organization_id: uuid.UUID) -> int:
    return _ring(organization_id, fresh=True).newest


def forget_known_keys() -> None:
    """Read the keys again: they were changed by this process."""
    _known_keys.clear()


def _sealing_key(organization_id: uuid.UUID) -> tuple[int, bytes]:
    ring = _ring(organization_id, fresh=True)
    return ring.newest, unwrap(*ring.keys[ring.newest])


def _wrapped(organization_id: uuid.UUID, version: int) -> tuple[str, bytes]:
    ring = _ring(organization_id)
    if version not in ring.keys:
        ring = _load(organization_id)
    if version not in ring.keys:
        raise Unreadable("The key that sealed a value is gone.")
    return ring.keys[version]


def _ring(organization_id: uuid.UUID, *, fresh: bool = False) -> Ring:
    known = _known_keys.get(organization_id)
    if known is None or (fresh and time.monotonic() - known.read_at > FRESH_SECONDS):
        return _load(organization_id)
    return known


def _load(organization_id: uuid.UUID) -> Ring:
    with platform_scope(reason="an organisation's data key is needed by the webhook door and workers"):
        rows = list(DataKey.objects.filter(organization_id=organization_id)) or [_first_key(organization_id)]
    ring = Ring({row.version: (row.master, bytes(row.wrapped)) for row in rows}, time.monotonic())
    transaction.on_commit(lambda: _known_keys.__setitem__(organization_id, ring))
    return ring


def _first_key(organization_id: uuid.UUID) -> DataKey:
    master, wrapped = wrap(AESGCM.generate_key(256))
    defaults = {"master": master, "wrapped": wrapped}
    return DataKey.objects.get_or_create(organization_id=organization_id, version=1, defaults=defaults)[0]
