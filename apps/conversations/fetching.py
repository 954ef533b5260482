"""Bringing received media home, before Meta's addresses and ids expire."""

import asyncio
from datetime import timedelta
from uuid import UUID

from asgiref.sync import sync_to_async

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from apps.conversations import live
from apps.conversations.models import MediaState, Message, MessageKind
from apps.core.clock import now
from apps.core.http import OutboundClient
from apps.core.logs import get_logger
from apps.media.services import store_bytes
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.whatsapp.errors import GraphError
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.providers.cloud import CloudProvider

log = get_logger(__name__)
BATCH = 16
LEASE = timedelta(minutes=3)
MAX_TRIES = 6
MAX_BYTES = 100 * 1024 * 1024


async def fetch_all() -> int:
    """Fetch everything that is due; returns the number of attempts."""
    total = 0
    async with OutboundClient() as client:
        while claimed := await sync_to_async(_claim)():
            await asyncio.gather(*(_fetch(client, message) for message in claimed))
            total += len(claimed)
    return total


@transaction.atomic
def _claim() -> list[Message]:
    due = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now())
    with platform_scope(reason="media of all tenants are fetched; rows are claimed by id"):
        rows = list(
            Message.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("number__account")
            .filter(due, media_state=MediaState.PENDING)
            .order_by("pk")[:BATCH]
        )
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            next_attempt_at=now() + LEASE, attempts=F("attempts") + 1
        )
    return rows


async def _fetch(client: OutboundClient, message: Message) -> None:
    account = message.number.account
    token = await sync_to_async(account.access_token.reveal)()
    provider = CloudProvider(GraphClient(client, token), message.number.phone_number_id)
    described = message.payload.get("media", {})
    try:
        data = await provider.download_media(described.get("id", ""), max_bytes=MAX_BYTES)
        await sync_to_async(_keep)(message, data)
    except GraphError as error:
        await sync_to_async(_miss)(message, error.details or str(error), give_up=error.permanent)
    except ValidationError as error:
        await sync_to_async(_miss)(message, error.messages[0], give_up=True)


def _keep(message: Message, data: bytes) -> None:
    described = message.payload.get("media", {})
    with tenant_scope(message.organization_id), transaction.atomic():
        kind = message.kind if message.kind in (MessageKind.STICKER, MessageKind.DOCUMENT) else None
        name, mime = described.get("name", ""), described.get("mime", "")
        stored = store_bytes(data, name=name, declared_mime=mime, kind=kind)
        _finish(message.pk, media=stored, media_state=MediaState.READY)
        live.push_messages([message])


def _miss(message: Message, reason: str, *, give_up: bool) -> None:
    with tenant_scope(message.organization_id), transaction.atomic():
        if give_up or message.attempts + 1 >= MAX_TRIES:
            _finish(message.pk, media_state=MediaState.FAILED, error_detail=reason[:500])
            live.push_messages([message])
        else:
            wait = timedelta(seconds=10 * 3**message.attempts)
            Message.objects.filter(pk=message.pk).update(next_attempt_at=now() + wait)


def _finish(pk: UUID, **values: object) -> None:
    Message.objects.filter(pk=pk).update(next_attempt_at=None, changed_at=now(), **values)
