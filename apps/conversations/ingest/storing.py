"""Message rows: which are new, and writing those."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.conversations.ingest.incoming import Incoming
from apps.conversations.models import Direction, MediaState, Message, MessageKind, Status
from apps.core.compiled import Compiled
from apps.core.ids import uuid7
from apps.organizations.tenancy import current_organization_id, tenant_scope


def _named(organization: UUID, number: UUID, wamid: UUID) -> "QuerySet[Message, Any]":
    with tenant_scope(organization):
        return Message.objects.filter(number__in=[number], wamid__in=[wamid]).values_list("number_id", "wamid")


_stored = Compiled(3, _named)


def drop_known(items: list[Incoming]) -> list[Incoming]:
    """Without those already stored and without repetitions inside the batch."""
    if not items:
        return []
    numbers = {item.number.pk for item in items}
    known = set(_stored(current_organization_id(), list(numbers), [item.parsed.wamid for item in items]))
    fresh: dict[tuple[object, str], Incoming] = {}
    for item in items:
        if item.key not in known:
            fresh.setdefault(item.key, item)
    return list(fresh.values())


def build(items: list[Incoming]) -> list[Message]:
    """The rows to insert, in the order of arrival."""
    quoted = _quoted(items)
    for item in items:
        item.row = _row(item, quoted)
        quoted.setdefault(item.key, item.row)
    return [item.row for item in items if item.row is not None]


def _quoted(items: list[Incoming]) -> dict[tuple[object, str], Message]:
    """Stored messages that this batch replies to."""
    wanted = {(item.number.pk, item.parsed.context.wamid) for item in items if item.parsed.context}
    wamids = [wamid for _number, wamid in wanted if wamid]
    if not wamids:
        return {}
    rows = Message.objects.filter(number__in={number for number, _ in wanted}, wamid__in=wamids)
    found = rows.only("pk", "organization_id", "number_id", "wamid")
    return {(row.number_id, row.wamid or ""): row for row in found}


def _row(item: Incoming, quoted: dict[tuple[object, str], Message]) -> Message:
    parsed, conversation = item.parsed, item.conversation
    context = parsed.context
    return Message(
        id=uuid7(),
        organization_id=current_organization_id(),
        conversation=conversation,
        contact=item.contact,
        number=item.number,
        direction=_direction(item),
        kind=item.kind,
        text=parsed.text,
        payload=_payload(item),
        wamid=parsed.wamid,
        target_wamid=(parsed.target_wamid or "") if item.is_amendment else "",
        reply_to=quoted.get((item.number.pk, context.wamid)) if context and context.wamid else None,
        media_state=_media_state(item),
        status=Status.SENT if item.outgoing else Status.NONE,
        error_code=parsed.errors[0].code if parsed.errors else None,
        error_detail=(parsed.errors[0].details or parsed.errors[0].title)[:500] if parsed.errors else "",
        occurred_at=parsed.timestamp,
    )


def _direction(item: Incoming) -> str:
    if item.kind == MessageKind.SYSTEM:
        return Direction.EVENT
    return Direction.OUT if item.outgoing else Direction.IN


def _media_state(item: Incoming) -> str:
    if item.parsed.media is not None:
        return MediaState.PENDING
    is_media = item.kind in (
        MessageKind.IMAGE,
        MessageKind.VIDEO,
        MessageKind.AUDIO,
        MessageKind.DOCUMENT,
        MessageKind.STICKER,
    )
    return MediaState.FAILED if is_media else MediaState.NONE


def _payload(item: Incoming) -> dict[str, Any]:
    """The typed rest that bubbles, bots and replays need; JSON."""
    parsed = item.parsed
    payload: dict[str, Any] = dict(parsed.content)
    payload["type"] = payload.get("type") or parsed.kind.value
    if parsed.media is not None:
        media = parsed.media
        payload["media"] = {
            "id": media.id,
            "mime": media.mime,
            "name": media.filename,
            "voice": media.voice,
            "animated": media.animated,
        }
    if parsed.context is not None:
        payload["context"] = {
            "wamid": parsed.context.wamid,
            "forwarded": parsed.context.forwarded,
            "often": parsed.context.frequently_forwarded,
            "product": parsed.context.product_id,
        }
    if parsed.referral is not None:
        referral = parsed.referral
        payload["referral"] = {
            "url": referral.source_url,
            "id": referral.source_id,
            "type": referral.source_type,
            "headline": referral.headline,
            "body": referral.body,
            "ctwa_clid": referral.ctwa_clid,
        }
    return payload
