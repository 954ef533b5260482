"""Templates follow Meta: each account is asked once an hour, when it is connected, and when a webhook names a template
that is not known here. Webhooks change known rows at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async

from django.db import transaction

from apps.core.clock import now
from apps.core.http import OutboundClient
from apps.core.logs import get_logger
from apps.core.text import clean_text
from apps.core.wake import wake
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.vault.sealing import Unreadable
from apps.whatsapp.errors import GraphError, policy_for
from apps.whatsapp.graph import TOKEN_DEAD, GraphClient
from apps.whatsapp.models import BusinessAccount, Template, TemplateStop
from apps.whatsapp.payloads.account import normalise_language
from apps.whatsapp.payloads.values import json_safe
from apps.whatsapp.providers.cloud.accounts import list_templates
from apps.whatsapp.trouble import needs_attention

log = get_logger(__name__)
EVERY = timedelta(hours=1)
RETRY = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
Told = Mapping[str, Any]


def ask_soon(account: BusinessAccount) -> None:
    """Due now, and a worker is woken after the commit. The caller saves the account."""
    account.templates_due_at = now()
    transaction.on_commit(lambda: wake("whatsapp.sync_templates"))


async def sync_due() -> int:
    """Ask for the templates of every account that is due; returns how many answered."""
    answered = 0
    async with OutboundClient() as http:
        while (account := await sync_to_async(_claim)()) is not None:
            answered += await _sync(http, account)
    return answered


@transaction.atomic
def _claim() -> BusinessAccount | None:
    with platform_scope(reason="templates of all tenants follow Meta; the account was claimed by id"):
        accounts = BusinessAccount.objects.select_for_update(skip_locked=True).filter(templates_due_at__lte=now())
        account = accounts.exclude(status=BusinessAccount.Status.DISCONNECTED).order_by("templates_due_at").first()
        if account is not None:
            BusinessAccount.objects.filter(pk=account.pk).update(templates_due_at=now() + LEASE)
    return account


async def _sync(http: OutboundClient, account: BusinessAccount) -> bool:
    began = now()
    try:
        token = await sync_to_async(account.access_token.reveal)()
        rows = await list_templates(GraphClient(http, token), account.waba_id)
    except Unreadable as error:
        log.error("an account's token can't be opened", account=str(account.pk), error=str(error))
        await sync_to_async(_stopped)(account)
        return False
    except GraphError as error:
        log.warning("templates not told", account=str(account.pk), code=error.code, details=error.details)
        await sync_to_async(_next_time)(account, EVERY if error.permanent else RETRY)
        return False
    await sync_to_async(keep)(account, rows, began=began)
    await sync_to_async(_next_time)(account, EVERY)
    return True


@transaction.atomic
def _stopped(account: BusinessAccount) -> None:
    """Its administrators read what to do; the other accounts are asked as ever."""
    with tenant_scope(account.organization_id):
        needs_attention(account, str(policy_for(TOKEN_DEAD).sentence))
    _next_time(account, EVERY)


def _next_time(account: BusinessAccount, wait: timedelta) -> None:
    """Unless somebody asked for it again in the meantime."""
    with tenant_scope(account.organization_id):
        leased = BusinessAccount.objects.filter(pk=account.pk, templates_due_at__gt=now())
        leased.update(templates_due_at=now() + wait)


def keep(account: BusinessAccount, told: list[dict[str, Any]], *, began: datetime) -> None:
    """Rows as Meta told them; what is not there counts as deleted. `began`: what a webhook changed since stays."""
    with tenant_scope(account.organization_id), transaction.atomic():
        known = {(row.name, row.language): row for row in Template.objects.select_for_update().filter(account=account)}
        seen = set()
        for each in told:
            key = (clean_text(str(each.get("name", "")))[:512], normalise_language(str(each.get("language", "")))[:16])
            if not all(key) or key in seen:
                continue
            seen.add(key)
            _keep_one(known.get(key) or Template(account=account, name=key[0], language=key[1]), each, began)
        gone = [row.pk for key, row in known.items() if key not in seen and row.changed_at < began]
        Template.objects.filter(pk__in=gone).exclude(status=Template.Status.DELETED).update(
            status=Template.Status.DELETED, changed_at=now()
        )


def _keep_one(row: Template, told: Told, began: datetime) -> None:
    is_new, before = row._state.adding, _facts(row)
    status_before, components_before = row.status, row.components
    row.meta_id = str(told.get("id", ""))[:32]
    row.named_variables = str(told.get("parameter_format", "")).upper() == "NAMED"
    components = told.get("components")
    row.components = _storable(json_safe(components)) if isinstance(components, list) else []
    if is_new or row.changed_at < began:
        row.status = str(told.get("status", "")).upper()[:32]
        row.category = str(told.get("category", "")).upper()[:32]
        row.quality = _quality(told.get("quality_score"))
        row.rejected_reason = _reason(told.get("rejected_reason"))
    if row.status != status_before or row.components != components_before:
        lift(row)
    if is_new or _facts(row) != before:
        row.changed_at = now()
        row.save()


def lift(row: Template) -> None:
    """Meta has news of a template that it refused: it may be tried again."""
    TemplateStop.objects.filter(account=row.account_id, name=row.name, language=row.language).delete()


def _facts(row: Template) -> tuple[object, ...]:
    told = (row.meta_id, row.named_variables, row.status, row.category, row.quality, row.rejected_reason)
    return (*told, row.components)


def _storable(value: Any) -> Any:
    """The same JSON with every text cleaned."""
    if isinstance(value, dict):
        return {clean_text(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return clean_text(value) if isinstance(value, str) else value


def _quality(score: object) -> str:
    found = score.get("score") if isinstance(score, Mapping) else score
    return str(found or "").upper()[:16]


def _reason(told: object) -> str:
    """Meta says "NONE" for none."""
    reason = clean_text(str(told or "")).strip()
    return "" if reason.upper() == "NONE" else reason[:300]


# -- webhooks ----------------------------------------------------------------------------------------------------------


def follow(account: BusinessAccount, field: str, data: Told, occurred_at: datetime) -> None:
    """Apply what a webhook says of a template, in the tenant's scope; ask for all of them when that is not enough."""
    row = _named(account, data)
    rule = _RULES.get(field)
    if row is None or rule is None:
        ask_soon(account)
        account.save(update_fields=["templates_due_at"])
        return
    before = row.status
    rule(row, data, occurred_at)
    if row.status != before:
        lift(row)
    row.changed_at = now()
    row.save()


def _named(account: BusinessAccount, data: Told) -> Template | None:
    rows = Template.objects.select_for_update().filter(account=account)
    name = data.get("message_template_name") or data.get("name")
    language = data.get("message_template_language") or data.get("language")
    found = rows.filter(name=str(name or "")[:512], language=normalise_language(str(language or ""))[:16]).first()
    meta_id = str(data.get("message_template_id") or data.get("id") or "")
    return found or (rows.filter(meta_id=meta_id[:32]).first() if meta_id else None)


def _status(row: Template, data: Told, occurred_at: datetime) -> None:
    """An event that came late never undoes a newer one."""
    if row.told_at is not None and occurred_at < row.told_at:
        return
    event = str(data.get("event", "")).upper()[:32]
    row.told_at = occurred_at
    row.status = _EVENTS.get(event, row.status if event in _SAY_NOTHING else event)
    info = data.get("rejection_info")
    said = info.get("reason") if isinstance(info, Mapping) else None
    row.rejected_reason = _reason(said or data.get("reason")) if row.status == Template.Status.REJECTED else ""


def _score(row: Template, data: Told, occurred_at: datetime) -> None:
    row.quality = str(data.get("new_quality_score", "")).upper()[:16]


def _category(row: Template, data: Told, occurred_at: datetime) -> None:
    """The announcement (24 hours ahead) names the category of today, so it changes nothing."""
    row.category = str(data.get("new_category") or row.category).upper()[:32]


_EVENTS = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "UNPAUSED": "APPROVED"}
_SAY_NOTHING = {"FLAGGED", "LOCKED", ""}
_RULES = {
    "message_template_status_update": _status,
    "message_template_quality_update": _score,
    "template_category_update": _category,
}
FIELDS = frozenset({*_RULES, "message_template_components_update"})
