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
from apps.vault.sealing import Unreadable
from apps.whatsapp.errors import GraphError, Policy
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.providers.cloud import CloudProvider

log = get_logger(__name__)
BATCH = 16
LEASE = timedelta(minutes=3)
MAX_TRIES = 6
MAX_BYTES = 100 * 1024 * 1024
LATER = timedelta(minutes=15)
KEPT_BY_META = timedelta(days=7)  # the ids in webhooks live that long (Meta's reference of the media API)
_OF_THE_ACCOUNT = (Policy.PAUSE_NUMBER, Policy.CONFIG)


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
    """One file; whatever goes wrong with it is written down and stops no other one."""
    try:
        data = await _download(client, message)
        await sync_to_async(_keep)(message, data)
    except Exception as error:  # noqa: BLE001 - recorded on the message, and tried again while that makes sense
        await sync_to_async(_miss)(message, error)


async def _download(client: OutboundClient, message: Message) -> bytes:
    token = await sync_to_async(message.number.account.access_token.reveal)()
    provider = CloudProvider(GraphClient(client, token), message.number.phone_number_id)
    identifier = message.payload.get("media", {}).get("id", "")
    return await provider.download_media(identifier, max_bytes=MAX_BYTES)


def _keep(message: Message, data: bytes) -> None:
    described = message.payload.get("media", {})
    with tenant_scope(message.organization_id), transaction.atomic():
        kind = message.kind if message.kind in (MessageKind.STICKER, MessageKind.DOCUMENT) else None
        name, mime = described.get("name", ""), described.get("mime", "")
        stored = store_bytes(data, name=name, declared_mime=mime, kind=kind)
        _finish(message.pk, media=stored, media_state=MediaState.READY)
        live.push_messages([message])


def _miss(message: Message, error: Exception) -> None:
    wait = _wait_after(message, error)
    log.warning("media not fetched", message=str(message.pk), error=repr(error), again=wait is not None)
    with tenant_scope(message.organization_id), transaction.atomic():
        if wait is None:
            _finish(message.pk, media_state=MediaState.FAILED, error_detail=_reason(error)[:500])
            live.push_messages([message])
        else:
            Message.objects.filter(pk=message.pk).update(next_attempt_at=now() + wait)


def _wait_after(message: Message, error: Exception) -> timedelta | None:
    """None: never again. While it is the account that is refused, Meta keeps the file for a person to mend it."""
    if isinstance(error, Unreadable) or (isinstance(error, GraphError) and error.policy in _OF_THE_ACCOUNT):
        return LATER if message.occurred_at > now() - KEPT_BY_META else None
    is_final = isinstance(error, ValidationError) or (isinstance(error, GraphError) and error.permanent)
    if is_final or message.attempts + 1 >= MAX_TRIES:
        return None
    return timedelta(seconds=10 * 3**message.attempts)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return str(error.messages[0])
    return (error.details if isinstance(error, GraphError) else "") or str(error)


def _finish(pk: UUID, **values: object) -> None:
    Message.objects.filter(pk=pk).update(next_attempt_at=None, changed_at=now(), **values)
