"""Writes on accounts and numbers: connect, refresh, pause, replace the token, disconnect."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit.services import record
from apps.core.clock import now
from apps.core.text import clean_name
from apps.organizations.models import Membership
from apps.organizations.tenancy import current_organization_id, platform_scope
from apps.whatsapp import portfolios, template_sync
from apps.whatsapp.connect.checks import NUMBER_FIELDS
from apps.whatsapp.connect.meta import Ask, quoted
from apps.whatsapp.connect.report import Credentials, Report
from apps.whatsapp.errors import GraphError
from apps.whatsapp.locks import hold_drain
from apps.whatsapp.models import BusinessAccount, Number, secret_fingerprint
from apps.whatsapp.trouble import needs_attention

UNTIL_RESUMED = timedelta(days=36500)


class TakenElsewhere(Exception):
    """The account or number belongs to another organisation; `str()` says what to do."""


def refuse_foreign(credentials: Credentials) -> None:
    """Raise TakenElsewhere when another company of this installation holds the account or the number."""
    here = current_organization_id()
    with platform_scope(reason="an account or number belongs to one company in the whole installation"):
        accounts = BusinessAccount.objects.filter(waba_id=credentials.waba_id).exclude(organization_id=here)
        numbers = Number.objects.filter(phone_number_id=credentials.phone_number_id).exclude(organization_id=here)
        taken = accounts.exists() or numbers.exists()
    if taken:
        raise TakenElsewhere(
            _("This number is connected to another company in PyTake. Disconnect it there, or ask for support.")
        )


@transaction.atomic
def keep(credentials: Credentials, report: Report, *, actor: Membership) -> Number:
    """Store what the checks passed: the account with its sealed secrets, and the number."""
    hold_drain()
    refuse_foreign(credentials)
    account = BusinessAccount.objects.filter(waba_id=credentials.waba_id).first()
    account = account or BusinessAccount(waba_id=credentials.waba_id)
    _fill_account(account, credentials, report)
    portfolios.learn(account, report.portfolio_id)
    number = Number.objects.filter(phone_number_id=credentials.phone_number_id).first()
    number = number or Number(phone_number_id=credentials.phone_number_id)
    number.account, number.is_active = account, True
    number.paused_until, number.pause_reason = None, ""
    fill_number(number, report.number)
    number.save()
    record("number.connected", actor=actor, target=number.display_phone)
    return number


def _fill_account(account: BusinessAccount, credentials: Credentials, report: Report) -> None:
    told = report.account
    account.name = clean_name(str(told.get("name") or ""), 160)
    account.currency = str(told.get("currency") or "")[:3]
    account.time_zone_id = str(told.get("timezone_id") or "")[:16]
    account.review_status = str(told.get("account_review_status") or "")[:16]
    use_secrets(account, credentials, report)
    account.save()


def use_secrets(account: BusinessAccount, credentials: Credentials, report: Report) -> None:
    """Put checked secrets on the account; its numbers may send again."""
    account.app_id = credentials.app_id
    account.app_secret = credentials.app_secret
    account.access_token = credentials.access_token
    account.signer = secret_fingerprint(credentials.app_secret)
    account.token_expires_at = report.token_expires_at
    account.status, account.problem = BusinessAccount.Status.CONNECTED, ""
    template_sync.ask_soon(account)


@transaction.atomic
def replace_token(number: Number, credentials: Credentials, report: Report, *, actor: Membership) -> None:
    """New secrets for the number's account; lifts the pauses that the old token caused."""
    hold_drain()
    account = number.account
    use_secrets(account, credentials, report)
    account.save()
    portfolios.learn(account, report.portfolio_id)
    account.numbers.filter(is_active=True).update(paused_until=None, pause_reason="")
    record("number.token_replaced", actor=actor, target=str(account))


def fill_number(number: Number, told: dict[str, Any]) -> None:
    """Copy Meta's words about a number; unknown values stay as they are given."""
    throughput = told.get("throughput")
    number.display_phone = str(told.get("display_phone_number") or number.display_phone)[:32]
    number.verified_name = clean_name(str(told.get("verified_name") or ""), 160)
    number.name_status = str(told.get("name_status") or "")[:40]
    number.status = str(told.get("status") or "")[:24]
    number.quality = str(told.get("quality_rating") or "")[:16]
    number.tier = str(told.get("whatsapp_business_manager_messaging_limit") or number.tier)[:32]
    number.throughput = str(throughput.get("level") or "")[:24] if isinstance(throughput, dict) else number.throughput
    number.checked_at = now()


async def ask_about(phone_number_id: str, token: str, ask: Ask) -> dict[str, Any]:
    """What Meta says of the number now."""
    return await ask(token).get(phone_number_id, fields=NUMBER_FIELDS)


@transaction.atomic
def note_refusal(number: Number, error: GraphError) -> None:
    """Meta refused a question about the number: the account needs a person."""
    needs_attention(number.account, quoted(error))


@transaction.atomic
def pause(number: Number, *, until: datetime | None, actor: Membership) -> None:
    """Hold outgoing messages until a moment, or until somebody resumes; inbound ones still come."""
    number.paused_until = until or now() + UNTIL_RESUMED
    number.pause_reason = _("Paused by %(name)s.") % {"name": actor.name}
    number.save(update_fields=["paused_until", "pause_reason"])
    record("number.paused", actor=actor, target=number.display_phone)


@transaction.atomic
def resume(number: Number, *, actor: Membership) -> None:
    number.paused_until, number.pause_reason = None, ""
    number.save(update_fields=["paused_until", "pause_reason"])
    record("number.resumed", actor=actor, target=number.display_phone)


@transaction.atomic
def disconnect(number: Number, *, actor: Membership) -> bool:
    """Stop using a number. True when it was the account's last one: the account's token is then forgotten."""
    number.is_active = False
    number.save(update_fields=["is_active"])
    record("number.disconnected", actor=actor, target=number.display_phone)
    account = number.account
    if account.numbers.filter(is_active=True).exists():
        return False
    account.status, account.problem = BusinessAccount.Status.DISCONNECTED, ""
    account.access_token = ""
    account.token_expires_at = None
    account.save()
    return True


async def unsubscribe(waba_id: str, token: str, ask: Ask) -> bool:
    """Tell Meta to stop sending the account's messages; False when Meta could not be told."""
    try:
        await ask(token).delete(waba_id, "subscribed_apps")
    except GraphError:
        return False
    return True
