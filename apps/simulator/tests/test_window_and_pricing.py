"""The 24-hour window, and prices by date and allowance."""

import pytest

from apps.simulator import pricing
from apps.simulator.entities import Customer, Message, Number, Template, Window
from apps.simulator.tests.conftest import MARIANA, until

BEFORE = pricing.SERVICE_CHARGED_FROM - 5 * pricing.DAY
AFTER = pricing.SERVICE_CHARGED_FROM + 5 * pricing.DAY


def message(category: str = "") -> Message:
    template = Template("1", "2", "n", "pt_BR", category, []) if category else None
    return Message("wamid.1", "1", Customer("1", "Ana"), "business", "text", {}, 0, template=template)


def number() -> Number:
    return Number("1", "2", "+55 11 4002-0100", "Loja")


def kind(category: str, at: float, window: Window | None = None, allowance: int = 1000) -> tuple[str, str, bool]:
    found = pricing.price(message(category), number(), window, at, allowance)
    return found["type"], found["category"], found["billable"]


def test_service_was_free_and_is_charged_after_the_allowance_since_october_2026() -> None:
    open_window = Window(BEFORE)
    assert kind("", BEFORE, open_window, allowance=0) == ("free_customer_service", "service", False)
    assert kind("", AFTER, Window(AFTER), allowance=0) == ("regular", "service", True)
    assert kind("", AFTER, Window(AFTER), allowance=1) == ("free_customer_service", "service", False)


def test_the_allowance_is_per_number_and_month() -> None:
    ours = number()
    types = [pricing.price(message(), ours, None, AFTER, 2)["type"] for _ in range(3)]
    assert types == ["free_customer_service", "free_customer_service", "regular"]
    assert pricing.price(message(), ours, None, AFTER + 31 * pricing.DAY, 2)["type"] == "free_customer_service"
    assert pricing.price(message(), number(), None, AFTER, 2)["type"] == "free_customer_service"


def test_utility_inside_the_window_was_free_and_is_charged_now() -> None:
    assert kind("UTILITY", BEFORE, Window(BEFORE)) == ("free_customer_service", "utility", False)
    assert kind("UTILITY", BEFORE, None) == ("regular", "utility", True)
    assert kind("UTILITY", AFTER, Window(AFTER)) == ("regular", "utility", True)
    assert kind("MARKETING", BEFORE, Window(BEFORE)) == ("regular", "marketing", True)


def test_an_answered_advert_makes_three_days_free() -> None:
    window = Window(AFTER, ad_clicked_at=AFTER)
    pricing.begin_free_entry(window, AFTER + 60)
    assert kind("MARKETING", AFTER + 71 * 3600, window) == ("free_entry_point", "referral_conversion", False)
    assert kind("MARKETING", AFTER + 73 * 3600, window) == ("regular", "marketing", True)
    late = Window(AFTER, ad_clicked_at=AFTER)
    pricing.begin_free_entry(late, AFTER + 25 * 3600)
    assert late.free_entry_until == 0


@pytest.mark.asyncio
async def test_outside_the_window_a_text_is_accepted_then_fails_without_contacts_or_price(lab) -> None:
    wamid = await lab.sent()
    failed = (await until(lambda: lab.receiver.statuses(wamid)))[0]
    assert failed["status"] == "failed"
    assert failed["errors"][0]["code"] == 131047
    assert failed["errors"][0]["title"] == failed["errors"][0]["message"]
    assert "pricing" not in failed
    assert "recipient_user_id" not in failed
    assert all("contacts" not in value for value in lab.receiver.values())


@pytest.mark.asyncio
async def test_the_window_closes_24_hours_after_the_last_message(lab) -> None:
    await lab.says()
    await lab.faults(async_errors=False)
    assert (await lab.send())[0] == 200
    await lab.post("/control/state", {"clock_offset": 24 * 3600 - 60})
    assert (await lab.send())[0] == 200
    await lab.post("/control/state", {"clock_offset": 24 * 3600 + 60})
    assert (await lab.send())[1]["error"]["code"] == 131047


@pytest.mark.asyncio
async def test_windows_can_be_given_ignored_or_only_kept_for_known_people(lab) -> None:
    await lab.faults(async_errors=False)
    await lab.post("/control/state", {"windows": [{"customer": MARIANA, "age_seconds": 60}]})
    assert (await lab.send())[0] == 200
    assert (await lab.send(to="+5521977776666"))[0] == 400
    await lab.faults(window="known")
    assert (await lab.send(to="+5521977776666"))[0] == 200
    await lab.post("/control/state", {"windows": [{"customer": MARIANA, "age_seconds": 90_000}]})
    assert (await lab.send())[0] == 400
    await lab.faults(window="off")
    assert (await lab.send())[0] == 200


@pytest.mark.asyncio
async def test_prices_are_in_the_statuses_and_without_payment_service_stops(lab) -> None:
    await lab.faults(free_service_messages=1, payment_method=False)
    await lab.says()
    first = await lab.sent()
    await until(lambda: lab.receiver.statuses(first))
    assert lab.receiver.statuses(first)[0]["pricing"]["type"] == "free_customer_service"
    second = await lab.sent()
    await until(lambda: lab.receiver.statuses(second))
    assert lab.receiver.statuses(second)[0]["errors"][0]["code"] == 131042


@pytest.mark.asyncio
async def test_a_free_entry_conversation_is_named_in_the_statuses(lab) -> None:
    await lab.says(referral={"source_type": "ad", "source_id": "1", "ctwa_clid": "abc"})
    wamid = await lab.sent()
    await until(lambda: len(lab.receiver.statuses(wamid)) == 2)
    sent, delivered = lab.receiver.statuses(wamid)
    assert sent["conversation"]["origin"] == {"type": "referral_conversion"}
    assert "expiration_timestamp" in sent["conversation"]
    assert "expiration_timestamp" not in delivered["conversation"]
    assert sent["pricing"]["type"] == "free_entry_point"
