"""Deliveries put into the journal as the door does it, for figures that begin behind the door."""

import hashlib
from typing import Any

import psycopg

from apps.organizations.tenancy import platform_scope
from apps.whatsapp.drain import drain_batch
from apps.whatsapp.models import BusinessAccount

_INSERT = """
INSERT INTO whatsapp_webhookdelivery (sha256, body, signer, correlation_id)
SELECT sha256, body, %s, 'bench' FROM unnest(%s::bytea[], %s::bytea[]) AS v(sha256, body)
"""


def signer() -> str:
    with platform_scope(reason="the bench has one account"):
        return BusinessAccount.objects.get().signer


def put(connection: "psycopg.Connection[Any]", bodies: list[bytes]) -> None:
    digests = [hashlib.sha256(body).digest() for body in bodies]
    connection.execute(_INSERT, [signer(), digests, bodies])


def drain() -> None:
    """Handles everything that waits, as a worker does."""
    while drain_batch():
        pass
