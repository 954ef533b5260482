"""Delivery statuses: monotonic, applied once, parked while their message is not known yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from django.db import connection
from django.db.models import Q

from apps.conversations import live
from apps.conversations.consequences import Refused, follow
from apps.conversations.models import Message, ParkedStatus, Status
from apps.core.ids import uuid7
from apps.organizations.tenancy import current_organization_id
from apps.whatsapp.errors import UNREADABLE, GraphError
from apps.whatsapp.intake import Arrival
from apps.whatsapp.payloads import StatusKind, StatusUpdate

RANKS: dict[str, int] = {
    Status.QUEUED: 0,
    Status.SENDING: 0,
    Status.UNKNOWN: 0,
    Status.HELD: 0,
    Status.SENT: 1,
    Status.FAILED: 2,
    Status.DELIVERED: 3,
    Status.READ: 4,
    Status.PLAYED: 5,
}


@dataclass(frozen=True, slots=True)
class News:
    """The best that a batch says of one message."""

    number_id: UUID
    wamid: str
    status: str
    callback_id: str = ""
    pricing: dict[str, Any] | None = None
    error_code: int | None = None
    error_detail: str = ""

    @property
    def rank(self) -> int:
        return RANKS[self.status]


def apply(arrivals: list[Arrival]) -> None:
    news = _reduce(
        _news(arrival.number.pk, status)
        for arrival in arrivals
        for status in arrival.change.statuses
        if status.status != StatusKind.OTHER and not status.group_id
    )
    if news:
        apply_news(list(news.values()))


def _news(number_id: UUID, update: StatusUpdate) -> News:
    error = update.errors[0] if update.errors else None
    pricing = update.pricing
    return News(
        number_id,
        update.wamid,
        update.status.value,
        update.callback_id or "",
        {"category": pricing.category, "type": pricing.type, "model": pricing.model, "billable": pricing.billable}
        if pricing
        else None,
        error.code if error else None,
        (error.details or error.title)[:500] if error else "",
    )


def _reduce(news: Iterable[News]) -> dict[tuple[UUID, str], News]:
    best: dict[tuple[UUID, str], News] = {}
    for item in news:
        key = (item.number_id, item.wamid)
        best[key] = item if key not in best else _better(best[key], item)
    return best


def _better(one: News, other: News) -> News:
    top = other if other.rank > one.rank else one
    return News(
        top.number_id,
        top.wamid,
        top.status,
        one.callback_id or other.callback_id,
        one.pricing or other.pricing,
        top.error_code,
        top.error_detail,
    )


def apply_news(news: list[News]) -> None:
    """Update known messages, attach the wamid by the callback id where the send's answer was lost, park the rest."""
    rows = {
        (number_id, wamid or str(callback_id)): (pk, status)
        for pk, number_id, wamid, callback_id, status in _known(news)
    }
    changes, parked = [], []
    for item in news:
        found = rows.get((item.number_id, item.wamid)) or rows.get((item.number_id, item.callback_id))
        if found is None:
            parked.append(item)
        elif item.rank > RANKS.get(found[1], 0) or item.pricing is not None:
            changes.append((found[0], item))
    if changes:
        _update(changes)
    if parked:
        _park(parked)


def _known(news: list[News]) -> list[tuple[UUID, UUID, str | None, UUID | None, str]]:
    callbacks = [item.callback_id for item in news if _is_uuid(item.callback_id)]
    return list(
        Message.objects.select_for_update(of=("self",))
        .filter(
            Q(wamid__in=[item.wamid for item in news]) | Q(callback_id__in=callbacks),
            number__in={item.number_id for item in news},
        )
        .order_by("pk")
        .values_list("pk", "number_id", "wamid", "callback_id", "status")
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


_RANK = "CASE m.status " + " ".join(f"WHEN '{name}' THEN {rank}" for name, rank in RANKS.items()) + " ELSE 0 END"
_UPDATE = f"""
UPDATE conversations_message AS m SET
  status = CASE WHEN v.rank > {_RANK} THEN v.status ELSE m.status END,
  error_code = CASE WHEN v.status = 'failed' AND v.rank > {_RANK} THEN v.error_code ELSE m.error_code END,
  error_detail = CASE WHEN v.status = 'failed' AND v.rank > {_RANK} THEN v.error_detail ELSE m.error_detail END,
  wamid = COALESCE(m.wamid, v.wamid),
  pricing = COALESCE(m.pricing, v.pricing),
  changed_at = now()
FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::text[], %s::jsonb[], %s::int[], %s::text[])
  AS v(id, status, rank, wamid, pricing, error_code, error_detail)
WHERE m.id = v.id AND m.organization_id = %s
RETURNING m.id, m.conversation_id, m.status
"""  # noqa: S608 - built from constants only
_UPDATE_LISTS = """
UPDATE conversations_conversation AS c SET last_status = v.status, version = c.version + 1
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS v(id, message, status)
WHERE c.id = v.id AND c.last_message_id = v.message AND c.organization_id = %s
RETURNING c.id
"""


def _update(changes: list[tuple[UUID, News]]) -> None:
    columns: list[list[Any]] = [
        [pk for pk, _ in changes],
        [item.status for _, item in changes],
        [item.rank for _, item in changes],
        [item.wamid for _, item in changes],
        [Jsonb(item.pricing) if item.pricing else None for _, item in changes],
        [item.error_code for _, item in changes],
        [item.error_detail for _, item in changes],
    ]
    organization_id = current_organization_id()
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [*columns, organization_id])
        changed = cursor.fetchall()
        ids, conversations, statuses = map(list, zip(*changed, strict=True)) if changed else ([], [], [])
        cursor.execute(_UPDATE_LISTS, [conversations, ids, statuses, organization_id])
        rows = {conversation for (conversation,) in cursor.fetchall()}
    live.push_changed(changed)
    live.push_rows_of(rows)
    _follow_refusals({pk: item for pk, item in changes if item.status == Status.FAILED}, dict.fromkeys(ids))


def _follow_refusals(failed: dict[UUID, News], changed: dict[UUID, None]) -> None:
    newly = failed.keys() & changed.keys()
    if not newly:
        return
    for row in Message.objects.filter(pk__in=newly, status=Status.FAILED).select_related("number"):
        item = failed[row.pk]
        error = GraphError(item.error_code or UNREADABLE, details=item.error_detail, ambiguous=False)
        follow(Refused(row.conversation_id, row.contact_id, row.number_id, row.number.account_id), error)


def _park(news: list[News]) -> None:
    organization_id = current_organization_id()
    rows = [
        ParkedStatus(
            id=uuid7(),
            organization_id=organization_id,
            number_id=item.number_id,
            wamid=item.wamid,
            status=item.status,
            payload={
                "pricing": item.pricing,
                "error_code": item.error_code,
                "error_detail": item.error_detail,
            },
        )
        for item in news
    ]
    ParkedStatus.objects.bulk_create(rows, ignore_conflicts=True)


def apply_parked(pairs: list[tuple[UUID, str]]) -> None:
    """Apply what was parked for messages whose wamid (`(number id, wamid)`) has just become known."""
    parked = list(
        ParkedStatus.objects.filter(number__in={number for number, _ in pairs}, wamid__in=[wamid for _, wamid in pairs])
    )
    if not parked:
        return
    news = _reduce(
        News(
            row.number_id,
            row.wamid,
            row.status,
            "",
            row.payload.get("pricing"),
            row.payload.get("error_code"),
            row.payload.get("error_detail", ""),
        )
        for row in parked
    )
    apply_news(list(news.values()))
    ParkedStatus.objects.filter(pk__in=[row.pk for row in parked]).delete()
