"""The checks of a connection, in the order in which a person can put things right. Facts: Meta's Graph API reference
(`debug_token`, WhatsApp Business Account, phone number, `subscribed_apps`)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.whatsapp.connect.meta import Ask, Graph, is_silence, quoted
from apps.whatsapp.connect.report import Check, Credentials, Report, Verdict, Words
from apps.whatsapp.errors import GraphError
from apps.whatsapp.portfolios import owner_in
from apps.whatsapp.tiers import SMALL_TIERS, tier_words

ACCOUNT_FIELDS = "id,name,currency,timezone_id,account_review_status"
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,name_status,status,code_verification_status,quality_rating,"
    "throughput,whatsapp_business_manager_messaging_limit,webhook_configuration"
)
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
EXPIRES_SOON = timedelta(days=7)

Step = Callable[[Credentials, Ask, Report], Awaitable[Check]]


class Stop(Exception):
    """A check failed: `check` says how. What depends on it is not tried."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.key)
        self.check = check


async def run(key: str, credentials: Credentials, ask: Ask, report: Report) -> Check:
    """One check. It may use what earlier ones left in `report`, and leaves there what it learns."""
    step = STEPS[key]
    try:
        return await step(credentials, ask, report)
    except Stop as stop:
        return stop.check
    except GraphError as error:
        found, advice = (_SILENCE, _ADVICE_SILENCE) if is_silence(error) else (quoted(error), _ADVICE_WHEN_REFUSED[key])
        return Check(key, Verdict.FAILED, found, advice)


def _fail(key: str, found: Words, advice: Words) -> Stop:
    return Stop(Check(key, Verdict.FAILED, found, advice))


async def _token(credentials: Credentials, ask: Ask, report: Report) -> Check:
    answer = await ask(credentials.app_token).get("debug_token", input_token=credentials.access_token)
    data = answer.get("data") or {}
    if not data.get("is_valid"):
        raise _fail("token", _("The token has expired or was revoked."), _ADVICE_TOKEN)
    if str(data.get("app_id", credentials.app_id)) != credentials.app_id:
        found = _("The token belongs to another app (%(app)s).") % {"app": data["app_id"]}
        raise _fail("token", found, _("Use the app ID and secret of the app that made the token."))
    missing = [scope for scope in SCOPES if scope not in data.get("scopes", SCOPES)]
    if missing:
        found = _("The token lacks the permission %(scopes)s.") % {"scopes": ", ".join(missing)}
        raise _fail("token", found, _ADVICE_TOKEN)
    report.token_expires_at = _moment(data.get("expires_at"))
    return _token_life(report.token_expires_at)


def _token_life(expires_at: datetime | None) -> Check:
    if expires_at is None:
        return Check("token", Verdict.PASSED, _("Valid, without an expiry date."))
    until = {"date": f"{expires_at:%d/%m/%Y}"}
    if expires_at - now() > EXPIRES_SOON:
        return Check("token", Verdict.PASSED, _("Valid until %(date)s.") % until)
    advice = _("Use a system user's token without expiry, or the number stops on that day.")
    return Check("token", Verdict.WARNING, _("Valid only until %(date)s.") % until, advice)


def _moment(seconds: Any) -> datetime | None:
    """Meta's expiry: epoch seconds, 0 or missing for never."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


async def _account(credentials: Credentials, ask: Ask, report: Report) -> Check:
    graph = ask(credentials.access_token)
    report.account = await graph.get(credentials.waba_id, fields=ACCOUNT_FIELDS)
    report.portfolio_id = await owner_of(credentials.waba_id, graph)
    name = report.account.get("name") or credentials.waba_id
    review = str(report.account.get("account_review_status") or "APPROVED")
    if review in ("REJECTED", "PENDING"):
        advice = _("Open the account in Meta's WhatsApp Manager: it says what is missing.")
        found = _("“%(name)s”, review by Meta: %(review)s.") % {"name": name, "review": review}
        return Check("account", Verdict.WARNING, found, advice)
    return Check("account", Verdict.PASSED, f"“{name}”")


async def owner_of(waba_id: str, graph: Graph) -> str:
    """The portfolio that owns an account; empty when the token may not see it, which is no obstacle to sending."""
    try:
        return owner_in((await graph.get(waba_id, fields="owner_business_info")).get("owner_business_info"))
    except GraphError:
        return ""


async def _number(credentials: Credentials, ask: Ask, report: Report) -> Check:
    graph = ask(credentials.access_token)
    answer = await graph.get(credentials.waba_id, "phone_numbers", fields=NUMBER_FIELDS, limit="100")
    numbers = [row for row in answer.get("data") or [] if isinstance(row, dict)]
    found = next((row for row in numbers if str(row.get("id")) == credentials.phone_number_id), None)
    if found is None:
        known = ", ".join(f"{row.get('display_phone_number')} ({row.get('id')})" for row in numbers)
        said = _("This account has: %(numbers)s.") % {"numbers": known} if known else _("This account has no numbers.")
        advice = _("Copy the phone number ID of the number you want from this account.")
        raise _fail("number", said, advice)
    report.number = found
    return Check("number", Verdict.PASSED, str(found.get("display_phone_number", "")))


async def _refresh(credentials: Credentials, ask: Ask, report: Report) -> None:
    """Each check of the number asks anew: somebody may have mended it a moment ago."""
    told = await ask(credentials.access_token).get(credentials.phone_number_id, fields=NUMBER_FIELDS)
    report.number = {**report.number, **told}


async def _registration(credentials: Credentials, ask: Ask, report: Report) -> Check:
    await _refresh(credentials, ask, report)
    status = str(report.number.get("status") or "CONNECTED")
    verified = str(report.number.get("code_verification_status") or "VERIFIED")
    if status != "CONNECTED":
        found = _("Meta says the number is %(status)s.") % {"status": status}
        raise _fail("registration", found, _ADVICE_REGISTRATION)
    if verified not in ("VERIFIED", "EXPIRED"):
        unverified = _("The number was not verified by SMS or call.")
        raise _fail("registration", unverified, _ADVICE_REGISTRATION)
    return Check("registration", Verdict.PASSED, _("Registered and verified."))


async def _name(credentials: Credentials, ask: Ask, report: Report) -> Check:
    await _refresh(credentials, ask, report)
    name = report.number.get("verified_name") or "-"
    status = str(report.number.get("name_status") or "APPROVED")
    if status in ("APPROVED", "AVAILABLE_WITHOUT_REVIEW"):
        return Check("name", Verdict.PASSED, f"“{name}”")
    advice = _("Customers may see the number in place of the name until Meta approves it.")
    found = _("“%(name)s” is %(status)s.") % {"name": name, "status": status}
    return Check("name", Verdict.WARNING, found, advice)


async def _quality(credentials: Credentials, ask: Ask, report: Report) -> Check:
    await _refresh(credentials, ask, report)
    quality = str(report.number.get("quality_rating") or "UNKNOWN")
    if quality in ("YELLOW", "RED"):
        found = _("Medium") if quality == "YELLOW" else _("Low")
        advice = _("Customers blocked or reported this number. Write only to those who asked for it.")
        return Check("quality", Verdict.WARNING, found, advice)
    found = _("High") if quality == "GREEN" else _("Not rated yet: normal for a new number.")
    return Check("quality", Verdict.PASSED, found)


async def _tier(credentials: Credentials, ask: Ask, report: Report) -> Check:
    await _refresh(credentials, ask, report)
    tier = str(report.number.get("whatsapp_business_manager_messaging_limit") or "")
    small = tier in SMALL_TIERS
    advice = _("Verify your company in Business settings to reach more people.") if small else ""
    found = tier_words(tier) or _("Meta has set no limit yet: normal for a new number.")
    return Check("tier", Verdict.PASSED, found, advice)


async def _subscription(credentials: Credentials, ask: Ask, report: Report) -> Check:
    await ask(credentials.access_token).post(credentials.waba_id, "subscribed_apps")
    found = _("Meta sends this account's messages to your app.")
    return Check("subscription", Verdict.PASSED, found)


TITLES: dict[str, Words] = {
    "token": _("Access token and app"),
    "account": _("WhatsApp Business Account"),
    "number": _("Number belongs to the account"),
    "registration": _("Number registered and verified"),
    "name": _("Display name"),
    "quality": _("Quality"),
    "tier": _("Messaging limit"),
    "subscription": _("Messages subscribed"),
}
STEPS: dict[str, Step] = {
    "token": _token,
    "account": _account,
    "number": _number,
    "subscription": _subscription,
    "registration": _registration,
    "name": _name,
    "quality": _quality,
    "tier": _tier,
}
_SILENCE = _("Meta did not answer.")
_ADVICE_SILENCE = _("Wait a minute and try again. Nothing you typed is lost.")
_ADVICE_TOKEN = _(
    "In Meta's Business settings › System users, make a new token of your app with whatsapp_business_messaging and "
    "whatsapp_business_management, then paste it here."
)
_ADVICE_REGISTRATION = _("Open WhatsApp Manager › Phone numbers and finish the registration, then try again.")
_ADVICE_SYSTEM_USER = _("Give the system user of the token full access to this account in Business settings.")
_ADVICE_WHEN_REFUSED: dict[str, Words] = {
    "token": _("Check the app ID and the app secret: App dashboard › App settings › Basic."),
    "account": _ADVICE_SYSTEM_USER,
    "number": _ADVICE_SYSTEM_USER,
    "registration": _ADVICE_REGISTRATION,
    "name": _ADVICE_SYSTEM_USER,
    "quality": _ADVICE_SYSTEM_USER,
    "tier": _ADVICE_SYSTEM_USER,
    "subscription": _("Give the token the permission whatsapp_business_management, then try again."),
}
