"""From the journal to the tenants: claim, parse, find whose it is, hand on, mark done, in one transaction a batch.

A killed worker rolls back and its deliveries are claimed again. One drain runs at a time (advisory lock), so that what
one customer wrote is handled in the order of the journal.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from apps.core import correlation, metrics
from apps.core.clock import now
from apps.core.compiled import CompiledModel, prepared
from apps.core.logs import get_logger
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.whatsapp import account_events, intake
from apps.whatsapp.intake import Arrival
from apps.whatsapp.locks import hold_drain
from apps.whatsapp.models import BusinessAccount, Number, QuarantinedEntry, WebhookDelivery
from apps.whatsapp.payloads import Change, Delivery, parse_delivery

log = get_logger(__name__)
BATCH = 200
State = WebhookDelivery.State
_DONE = "UPDATE whatsapp_webhookdelivery SET state = %s, handled_at = %s WHERE id = ANY(%s) RETURNING id"


@dataclass(slots=True)
class Parsed:
    row: WebhookDelivery
    delivery: Delivery
    notes: list[str] = field(default_factory=list)
    failed: bool = False


@transaction.atomic
def drain_batch(limit: int = BATCH) -> int:
    """Handle what waits, at most `limit` deliveries; returns their number."""
    hold_drain()
    parsed = [Parsed(row, parse_delivery(bytes(row.body))) for row in _waiting(limit).all()]
    if parsed:
        _hand_on(parsed)
        _finish(parsed)
    return len(parsed)


@cache
def _waiting(limit: int) -> "CompiledModel[WebhookDelivery]":
    rows = WebhookDelivery.objects.select_for_update(skip_locked=True).filter(state=State.NEW)
    return CompiledModel(0, lambda: rows.order_by("id")[:limit])


def _hand_on(parsed: Sequence[Parsed]) -> None:
    """All at once; when that fails, one delivery at a time, so that one bad one harms no sibling."""
    try:
        with transaction.atomic():
            _deliver(parsed)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - recorded below, one by one
        log.warning("batch failed, handling deliveries one by one", error=repr(error))
        for item in parsed:
            _hand_on_alone(item)


def _hand_on_alone(item: Parsed) -> None:
    item.notes.clear()
    try:
        with transaction.atomic():
            _deliver([item])
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - recorded in the journal, replayable
        log.error("delivery failed", delivery=item.row.pk, error=repr(error))
        item.failed = True
        item.notes.append(f"{type(error).__name__}: {error}")


def _deliver(parsed: Sequence[Parsed]) -> None:
    by_tenant: dict[UUID, list[Arrival]] = defaultdict(list)
    owners = _Owners(parsed)
    for item in parsed:
        for change in item.delivery.entries:
            _place(item, change, owners, by_tenant)
    for organization_id, arrivals in by_tenant.items():
        with tenant_scope(organization_id), correlation.bound(arrivals[0].correlation_id):
            intake.hand_on(arrivals)


def _place(item: Parsed, change: Change, owners: "_Owners", by_tenant: dict[UUID, list[Arrival]]) -> None:
    if change.account_event is not None:
        account = owners.account(change.waba_id, item.row.signer)
        if account is None:
            item.notes.append(f"unknown account {change.waba_id[:32]}")
            return
        with tenant_scope(account.organization_id), correlation.bound(item.row.correlation_id):
            account_events.apply(account, change)
        return
    number = owners.number(change.phone_number_id or "", item.row.signer)
    if number is None:
        item.notes.append(f"unknown number {(change.phone_number_id or '')[:32]}")
        return
    by_tenant[number.organization_id].append(Arrival(number, change, item.row.correlation_id))


def _named(phone_number_id: UUID) -> "QuerySet[Number]":
    return Number.objects.select_related("account").filter(phone_number_id__in=[phone_number_id])


_numbers = CompiledModel(1, _named)


class _Owners:
    """Numbers and accounts named in a batch. The app that signed must be the app of the account: a tenant's own app
    secret can never speak for another tenant's number."""

    def __init__(self, parsed: Sequence[Parsed]) -> None:
        changes = [change for item in parsed for change in item.delivery.entries]
        named = {change.phone_number_id for change in changes if change.phone_number_id}
        accounts = {change.waba_id for change in changes if change.account_event is not None}
        with platform_scope(reason="a delivery names its number; the number names the tenant"):
            self._numbers = {number.phone_number_id: number for number in _numbers.all(list(named)) if named}
            rows = BusinessAccount.objects.filter(waba_id__in=accounts)
            self._accounts = {account.waba_id: account for account in rows}

    def number(self, phone_number_id: str, signer: str) -> Number | None:
        number = self._numbers.get(phone_number_id)
        return number if number is not None and number.account.signer == signer else None

    def account(self, waba_id: str, signer: str) -> BusinessAccount | None:
        account = self._accounts.get(waba_id)
        return account if account is not None and account.signer == signer else None


def _finish(parsed: Sequence[Parsed]) -> None:
    QuarantinedEntry.objects.bulk_create(
        [
            QuarantinedEntry(delivery=item.row, path=broken.path[:200], reason=broken.reason[:300])
            for item in parsed
            for broken in item.delivery.broken
        ]
    )
    plain = [item.row.pk for item in parsed if not item.failed and not item.notes]
    prepared(_DONE, [State.DONE, now(), plain])
    metrics.DELIVERIES.labels("done").inc(len(plain))
    for item in parsed:
        if item.failed or item.notes:
            _finish_noted(item)


def _finish_noted(item: Parsed) -> None:
    state = State.FAILED if item.failed else State.DONE
    metrics.DELIVERIES.labels("failed" if item.failed else "unknown_owner").inc()
    note = "; ".join(dict.fromkeys(item.notes))[:300]
    WebhookDelivery.objects.filter(pk=item.row.pk).update(
        state=state, handled_at=now(), note=note, attempts=item.row.attempts + 1
    )


def prune(days: int = 30) -> int:
    """Delete handled deliveries older than `days` with their quarantine; failed ones stay until they are replayed."""
    limit, total = now() - timedelta(days=days), 0
    while ids := list(_handled_before(limit)[:1000]):
        WebhookDelivery.objects.filter(pk__in=ids).delete()
        total += len(ids)
    return total


def _handled_before(limit: datetime) -> "QuerySet[WebhookDelivery, int]":
    return WebhookDelivery.objects.filter(state=State.DONE, handled_at__lt=limit).values_list("pk", flat=True)
