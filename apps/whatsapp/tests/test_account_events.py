"""What Meta says of accounts and numbers: kept once, and followed."""

import pytest

from apps.organizations.tenancy import tenant_scope
from apps.whatsapp import account_events
from apps.whatsapp.models import AccountEvent, BusinessAccount
from apps.whatsapp.payloads import parse_delivery
from apps.whatsapp.tests.factories import BusinessAccountFactory, NumberFactory
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import ACCOUNT_EVENTS, BUSINESS_PHONE, NUMBER, WABA, body, status, statuses_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    account = BusinessAccountFactory(waba_id=WABA)
    made = NumberFactory(
        organization=account.organization, account=account, phone_number_id=NUMBER, display_phone=f"+{BUSINESS_PHONE}"
    )
    with tenant_scope(account.organization):
        yield made


def tell(number, field, value):
    (row,) = handle(body(value, field, time=1769000000))
    number.refresh_from_db()
    number.account.refresh_from_db()
    return row


@pytest.mark.parametrize("field", ACCOUNT_EVENTS)
def test_every_kind_is_kept_once(number, field):
    value = ACCOUNT_EVENTS[field][0]
    rows = handle(body(value, field, time=1769000000), body(value, field, time=1769000000) + b" ")
    assert [row.note for row in rows] == ["", ""]
    assert AccountEvent.objects.count() == 1
    assert AccountEvent.objects.get().field == field


def test_a_ban_and_its_end(number):
    tell(number, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})
    assert number.account.status == BusinessAccount.Status.ATTENTION
    tell(number, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})
    assert (number.account.status, number.account.problem) == (BusinessAccount.Status.CONNECTED, "")


def test_a_removed_partner_disconnects(number):
    tell(number, "account_update", {"event": "PARTNER_REMOVED"})
    assert number.account.status == BusinessAccount.Status.DISCONNECTED


def test_names_tiers_and_reviews_follow(number):
    tell(number, "phone_number_name_update", ACCOUNT_EVENTS["phone_number_name_update"][0])
    tell(number, "phone_number_quality_update", ACCOUNT_EVENTS["phone_number_quality_update"][0])
    tell(number, "account_review_update", {"decision": "APPROVED"})
    tell(number, "business_username_updates", ACCOUNT_EVENTS["business_username_updates"][0])
    assert (number.verified_name, number.tier, number.username) == ("Loja", "TIER_250", "loja")
    assert number.account.review_status == "APPROVED"


def test_an_unknown_account_is_noted_and_changes_nothing(number):
    (row,) = handle(body({"decision": "REJECTED"}, "account_review_update").replace(WABA.encode(), b"999"))
    assert row.note == "unknown account 999"
    assert AccountEvent.objects.count() == 0


def test_a_restriction_is_shown_and_a_reconnection_clears_the_problem(number):
    limits = [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1770000000}]
    tell(number, "account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": limits})
    assert number.account.restrictions == limits
    tell(number, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})
    tell(number, "account_update", {"event": "ACCOUNT_RECONNECTED"})
    assert (number.account.status, number.account.problem) == (BusinessAccount.Status.CONNECTED, "")


def test_a_deleted_username_and_a_raised_throughput_follow(number):
    shown = {"display_phone_number": BUSINESS_PHONE}
    tell(number, "business_username_updates", {**shown, "username": "loja", "status": "approved"})
    tell(number, "business_username_updates", {**shown, "username": "loja", "status": "deleted"})
    tell(number, "phone_number_quality_update", {**shown, "event": "THROUGHPUT_UPGRADE"})
    assert (number.username, number.throughput, number.tier) == ("", "HIGH", "TIER_2K")


def test_a_capability_without_a_limit_leaves_the_tier_alone(number):
    tell(number, "business_capability_update", {"max_phone_numbers_per_business": 20})
    assert number.tier == "TIER_2K"
    tell(number, "business_capability_update", {"max_daily_conversation_per_phone": 250})
    assert number.tier == "250"


def test_news_of_another_number_of_the_account_changes_no_sibling(number):
    tell(number, "phone_number_name_update", {"display_phone_number": "5511000000000", "decision": "REJECTED"})
    assert number.name_status == ""
    assert AccountEvent.objects.get().number is None


def test_a_change_without_an_event_is_nothing(number):
    (change,) = parse_delivery(body(statuses_value(status("read")))).entries
    account_events.apply(number.account, change)
    assert AccountEvent.objects.count() == 0


def test_an_account_that_names_its_owner_teaches_the_portfolio(number):
    tell(number, "account_update", {"event": "PARTNER_ADDED", "waba_info": {"owner_business_id": "7788"}})
    assert number.account.portfolio_id == "7788"


def test_an_owner_that_is_no_id_teaches_nothing(number):
    before = number.account.portfolio_id
    tell(number, "account_update", {"event": "PARTNER_ADDED", "waba_info": {"owner_business_id": "../7788"}})
    assert number.account.portfolio_id == before
