"""Connecting a number with the simulator as Meta: checks appear one by one, a failure is mended in place."""

import re

import pytest
from playwright.sync_api import Page, expect

from pytake.tests.axe import violations_of_both
from pytake.tests.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
OWNER = "marina@aurora.example"


@pytest.fixture
def wizard(stack, log_in):
    """Step 1, filled with what the simulator knows; `changes` spoils values."""

    def open_wizard(size=DESKTOP, **changes: str) -> Page:
        page = log_in(OWNER, size)
        page.goto(f"{stack.url}/o/loja-aurora/console/numbers/connect/")
        demo = stack.demo
        values = {
            "waba_id": demo["waba_id"],
            "phone_number_id": demo["number"]["phone_number_id"],
            "app_id": demo["app_id"],
            "app_secret": demo["app_secret"],
            "access_token": demo["access_token"],
        } | changes
        for name, value in values.items():
            page.fill(f"[name={name}]", value)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(re.compile("/numbers/connect/[0-9a-f-]{36}/"))
        return page

    yield open_wizard
    stack.rows("DELETE FROM whatsapp_connectionattempt RETURNING 1")


def verdicts(page: Page) -> list[str]:
    return page.locator("[data-check]").evaluate_all("rows => rows.map(row => row.dataset.verdict)")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_check_passes_by_itself_and_the_wizard_goes_on(wizard, size):
    page = wizard(size)
    expect(page.get_by_test_id("connected")).to_be_visible()
    assert set(verdicts(page)) == {"passed"}
    assert len(verdicts(page)) == 8
    page.get_by_role("link", name="Continuar").click()
    page.wait_for_url("**/webhook/")


def test_a_wrong_value_is_told_at_its_check_and_mended_without_pasting_the_secrets_again(stack, wizard):
    page = wizard(phone_number_id="123123123")
    row = page.locator("[data-check=number]")
    expect(row).to_have_attribute("data-verdict", "failed")
    expect(row).to_contain_text(stack.demo["number"]["phone_number_id"])
    assert verdicts(page)[:2] == ["passed", "passed"]
    assert set(verdicts(page)[3:]) == {"waiting"}
    assert violations_of_both(page) == []

    row.get_by_test_id("again").click()
    expect(row).to_have_attribute("data-verdict", "failed")
    page.reload()
    expect(row).to_have_attribute("data-verdict", "failed")

    page.locator("summary", has_text="Corrigir os valores").click()
    expect(page.locator("[name=app_id]")).to_have_value(stack.demo["app_id"])
    expect(page.locator("[name=access_token]")).to_have_value("")
    page.fill("[name=phone_number_id]", stack.demo["number"]["phone_number_id"])
    page.get_by_role("button", name="Salvar e conferir de novo").click()
    expect(page.get_by_test_id("connected")).to_be_visible()


def test_a_refusal_is_repeated_alone_and_the_rest_follows(stack, wizard):
    stack.control("faults", {"errors": [{"code": 10, "count": 1, "endpoint": "subscribed_apps"}]})
    page = wizard()
    row = page.locator("[data-check=subscription]")
    expect(row).to_have_attribute("data-verdict", "failed")
    row.get_by_test_id("again").click()
    expect(page.get_by_test_id("connected")).to_be_visible()
    stack.control("faults", method="DELETE")


def test_a_server_killed_between_checks_goes_on_where_it_was(stack, wizard):
    stack.control("faults", {"latency_ms": 1000})
    try:
        page = wizard()
        expect(page.locator("[data-check=token]")).to_have_attribute("data-verdict", "passed")
        stack.kill("web")
        page.wait_for_timeout(300)
    finally:
        stack.control("faults", method="DELETE")
        stack.launch("web")
        stack.wait_ready("web")
    page.reload()
    expect(page.get_by_test_id("connected")).to_be_visible()


@pytest.mark.parametrize("path", ["", "profile/"])
def test_a_numbers_pages_are_accessible(stack, log_in, path):
    stack.rows("UPDATE whatsapp_businessaccount SET paid_stop_code = 131042, paid_stopped_at = now() RETURNING 1")
    page = log_in(OWNER)
    page.goto(f"{stack.url}/o/loja-aurora/console/numbers/{stack.demo['number']['id']}/{path}")
    stack.rows("UPDATE whatsapp_businessaccount SET paid_stop_code = NULL, paid_stopped_at = NULL RETURNING 1")
    assert violations_of_both(page) == []


def test_a_profile_is_written_to_meta_and_read_again(stack, log_in):
    page = log_in(OWNER)
    address = f"{stack.url}/o/loja-aurora/console/numbers/{stack.demo['number']['id']}/profile/"
    page.goto(address)
    page.fill("[name=about]", "Respondemos das 8h às 18h")
    page.fill("[name=website]", "aurora.example")
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url(re.compile(r"/numbers/[0-9a-f-]{36}/$"))
    page.goto(address)
    expect(page.locator("[name=about]")).to_have_value("Respondemos das 8h às 18h")
    expect(page.locator("[name=website]")).to_have_value("https://aurora.example")
