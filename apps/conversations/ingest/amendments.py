"""Reactions, edits and deletions: applied to the message they are about, whichever of the two came first."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.conversations.ingest.incoming import Incoming
from apps.conversations.models import Direction, Message, MessageKind
from apps.core.clock import now
from apps.core.compiled import CompiledModel
from apps.organizations.tenancy import current_organization_id, tenant_scope

_Key = tuple[UUID, str]


def apply(items: list[Incoming]) -> list[Message]:
    """Apply the batch's amendments to stored messages, and stored amendments to the batch's messages."""
    arrived = [item.row for item in items if item.row is not None and item.row.target_wamid]
    targets = {(row.number_id, row.target_wamid) for row in arrived}
    earlier = _waiting_for(items)
    targets |= {(row.number_id, row.target_wamid) for row in earlier}
    if not targets:
        return []
    by_target: dict[_Key, list[Message]] = defaultdict(list)
    for row in [*earlier, *arrived]:
        by_target[row.number_id, row.target_wamid].append(row)
    return [message for message in _load(targets) if _amend_all(message, by_target)]


def _amending(organization: UUID, number: UUID, target: UUID) -> "QuerySet[Message]":
    with tenant_scope(organization):
        rows = Message.objects.exclude(target_wamid="").filter(number__in=[number], target_wamid__in=[target])
        return rows.order_by("occurred_at")


_about = CompiledModel(3, _amending)


def _waiting_for(items: list[Incoming]) -> list[Message]:
    fresh = [item.row for item in items if item.row is not None and not item.row.target_wamid]
    wamids = [row.wamid for row in fresh if row.wamid]
    numbers = {row.number_id for row in fresh}
    return _about.all(current_organization_id(), list(numbers), wamids) if wamids else []


def _load(targets: set[_Key]) -> list[Message]:
    numbers = {number for number, _wamid in targets}
    rows = Message.objects.select_for_update().filter(number__in=numbers, wamid__in=[wamid for _, wamid in targets])
    return list(rows.order_by("pk"))


def _amend_all(message: Message, by_target: dict[_Key, list[Message]]) -> bool:
    changes = by_target.get((message.number_id, message.wamid or ""), [])
    changed = [amend(message, change) for change in sorted(changes, key=lambda row: row.occurred_at)]
    if not any(changed):
        return False
    message.changed_at = now()
    message.save(update_fields=["reactions", "text", "payload", "edited_at", "revoked_at", "changed_at"])
    return True


def amend(message: Message, change: Message) -> bool:
    """Apply one amendment in memory; False when something newer of its kind is there already."""
    if change.kind == MessageKind.REACTION:
        return _react(message, change)
    if change.direction != message.direction:
        return False  # nobody edits or deletes what the other side wrote
    if change.kind == MessageKind.REVOKE:
        message.revoked_at = message.revoked_at or change.occurred_at
        return True
    return _edit(message, change)


def _react(message: Message, change: Message) -> bool:
    who = "contact" if change.direction == Direction.IN else "business"
    known: dict[str, Any] = message.reactions.get(who) or {}
    stamp = change.occurred_at.isoformat()
    if known.get("at", "") > stamp:
        return False
    message.reactions = {**message.reactions, who: {"emoji": str(change.payload.get("emoji") or ""), "at": stamp}}
    return True


def _edit(message: Message, change: Message) -> bool:
    if message.edited_at is not None and message.edited_at > change.occurred_at:
        return False
    message.payload = {**message.payload, "versions": [*message.payload.get("versions", []), message.text]}
    message.text, message.edited_at = change.text, change.occurred_at
    return True
