"""Posting to the webhook door and draining its journal, as the server and the worker do."""

import hashlib

import pytest
from asgiref.sync import sync_to_async

from django.db import connections

from apps.whatsapp import drain
from apps.whatsapp.door import Door, signature
from apps.whatsapp.models import WebhookDelivery, secret_fingerprint
from apps.whatsapp.tests.factories import APP_SECRET

SIGNER = secret_fingerprint(APP_SECRET)


@pytest.fixture
async def no_open_connections():
    """Asynchronous tests reach the database through a thread of their own; its connection ends with the test."""
    yield
    await sync_to_async(connections.close_all)()


def headers_of(value: str | None) -> list[tuple[bytes, bytes]]:
    return [] if value is None else [(b"x-hub-signature-256", value.encode("latin-1"))]


async def call(
    door: Door,
    body: bytes = b"",
    *,
    method: str = "POST",
    header: str | None = None,
    query: bytes = b"",
    chunk: int = 1 << 20,
) -> tuple[int, bytes]:
    """One ASGI request against the door; the body comes in chunks, as from a server."""
    parts = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
    messages = [{"body": part, "more_body": at < len(parts) - 1} for at, part in enumerate(parts)]
    sent: list[dict] = []

    async def receive():
        return {"type": "http.request", **messages.pop(0)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "headers": headers_of(header), "query_string": query}
    await door(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def post_signed(door: Door, body: bytes, secret: str = APP_SECRET) -> int:
    return (await call(door, body, header=signature(secret, body)))[0]


def journal(body: bytes, *, signer: str = SIGNER, correlation_id: str = "test-correlation") -> WebhookDelivery:
    """A body as the door stores it."""
    return WebhookDelivery.objects.create(
        sha256=hashlib.sha256(body).digest(), body=body, signer=signer, correlation_id=correlation_id
    )


def drain_all() -> int:
    """As the worker does; gives the number of deliveries."""
    total = 0
    while handled := drain.drain_batch():
        total += handled
    return total


def handle(*bodies: bytes, signer: str = SIGNER) -> list[WebhookDelivery]:
    """Journal and drain; the rows as they are afterwards."""
    rows = [journal(body, signer=signer) for body in bodies]
    drain_all()
    for row in rows:
        row.refresh_from_db()
    return rows
