"""What Meta says of accounts, numbers and templates: kept once, and applied to the rows it is about."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.core.events import publish
from apps.whatsapp import portfolios, template_sync
from apps.whatsapp.events import AccountEventStored
from apps.whatsapp.models import AccountEvent, BusinessAccount, Number
from apps.whatsapp.payloads import AccountEvent as ParsedEvent
from apps.whatsapp.payloads import Change
from apps.whatsapp.trouble import needs_attention

Data = Mapping[str, Any]
# Webhooks about a present owner; those about an end name whom it belonged to.
_NAMES_ITS_OWNER = {"PARTNER_ADDED", "PARTNER_APP_INSTALLED", "MM_LITE_TERMS_SIGNED", "AD_ACCOUNT_LINKED"}
_BAN = _("Meta disabled this account, or is about to. See the reason in Meta's panel and ask for a review.")
_BANNED = {"DISABLE", "SCHEDULE_FOR_DISABLE"}


def apply(account: BusinessAccount, change: Change) -> None:
    """Store the event (a repetition changes nothing) and follow it, in the tenant's scope."""
    parsed = change.account_event
    if parsed is None:
        return
    number = _number_of(account, change, parsed)
    row, is_new = AccountEvent.objects.get_or_create(
        account=account,
        dedupe_key=parsed.dedupe_key[:160],
        defaults={
            "number": number,
            "field": parsed.field[:64],
            "event": parsed.event[:64],
            "data": parsed.data,
            "occurred_at": parsed.occurred_at or change.entry_time or now(),
        },
    )
    if not is_new:
        return
    if number is not None and (follow := _NUMBER_RULES.get(parsed.field)):
        follow(number, parsed.data)
    if follow_account := _ACCOUNT_RULES.get(parsed.field):
        follow_account(account, parsed.event, parsed.data)
    if parsed.field in template_sync.FIELDS:
        template_sync.follow(account, parsed.field, parsed.data, row.occurred_at)
    publish(AccountEventStored(account.organization_id, account.pk, row.pk, parsed.field))


def _number_of(account: BusinessAccount, change: Change, parsed: ParsedEvent) -> Number | None:
    numbers = Number.objects.filter(account=account)
    if change.phone_number_id:
        return numbers.filter(phone_number_id=change.phone_number_id).first()
    shown = "".join(
        filter(str.isdigit, change.display_phone_number or str(parsed.data.get("display_phone_number", "")))
    )
    if not shown:
        return None
    return next((number for number in numbers if "".join(filter(str.isdigit, number.display_phone)) == shown), None)


def _quality(number: Number, data: Data) -> None:
    tier = data.get("max_daily_conversations_per_business") or data.get("current_limit")
    _set(number, tier=str(tier or number.tier)[:32])
    if data.get("event") == "THROUGHPUT_UPGRADE":
        _set(number, throughput="HIGH")


def _display_name(number: Number, data: Data) -> None:
    _set(number, name_status=str(data.get("decision", ""))[:40])
    if data.get("decision") == "APPROVED" and data.get("requested_verified_name"):
        _set(number, verified_name=str(data["requested_verified_name"])[:160])


def _username(number: Number, data: Data) -> None:
    gone = data.get("status") == "deleted"
    _set(number, username="" if gone else str(data.get("username", ""))[:64])


def _account_update(account: BusinessAccount, event: str, data: Data) -> None:
    if event in _NAMES_ITS_OWNER:
        owner = _block(data, "waba_info").get("owner_business_id")
        portfolios.learn(account, portfolios.owner_in({"id": owner}))
    if event == "DISABLED_UPDATE":
        banned = str(_block(data, "ban_info").get("waba_ban_state", "")) in _BANNED
        _mark(account, _BAN if banned else "")
    elif event in {"ACCOUNT_DELETED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED", "ACCOUNT_OFFBOARDED"}:
        _set(account, status=BusinessAccount.Status.DISCONNECTED, problem=event.replace("_", " ").lower())
    elif event == "ACCOUNT_RESTRICTION":
        _set(account, restrictions=data.get("restriction_info") or [])
    elif event == "ACCOUNT_RECONNECTED":
        _mark(account, "")


def _review(account: BusinessAccount, event: str, data: Data) -> None:
    _set(account, review_status=str(data.get("decision", event))[:16])


def _capability(account: BusinessAccount, event: str, data: Data) -> None:
    limit = data.get("max_daily_conversations_per_business", data.get("max_daily_conversation_per_phone"))
    if limit is not None:
        Number.objects.filter(account=account).update(tier=str(limit)[:32])


def _mark(account: BusinessAccount, problem: Promise | str) -> None:
    if problem:
        needs_attention(account, str(problem))
    else:
        _set(account, status=BusinessAccount.Status.CONNECTED, problem="")


def _block(data: Data, name: str) -> Data:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _set(row: BusinessAccount | Number, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


_NUMBER_RULES: dict[str, Callable[[Number, Data], None]] = {
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _display_name,
    "business_username_updates": _username,
}
_ACCOUNT_RULES: dict[str, Callable[[BusinessAccount, str, Data], None]] = {
    "account_update": _account_update,
    "account_review_update": _review,
    "business_capability_update": _capability,
}
