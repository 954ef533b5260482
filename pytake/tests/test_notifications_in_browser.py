"""Somebody is told something: bell, pop-up and list, live, on a desktop and on a phone."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from apps.ops.stack.house import ROOT
from pytake.tests.axe import violations_of_both
from pytake.tests.conftest import DESKTOP, PHONE
from pytake.tests.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
ADMIN = "rafael@aurora.example"
TELLING = """
import sys
from apps.organizations.models import Membership, Organization
from apps.organizations.tenancy import tenant_scope
from apps.notifications.services import notify
house = Organization.objects.get(slug="loja-aurora")
with tenant_scope(house):
    people = list(Membership.objects.filter(user__email="rafael@aurora.example"))
    for line in sys.stdin:
        notify(kind="whatsapp.stopped", recipients=people, url="/o/loja-aurora/console/numbers/", account=line.strip())
"""


@pytest.fixture(scope="module")
def teller(stack):
    """One process that tells something for each line it gets."""
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", TELLING]
    with subprocess.Popen(command, cwd=ROOT, env=stack.environ, stdin=subprocess.PIPE, text=True) as process:
        yield process.stdin
        process.stdin.close()


@pytest.fixture
def tell(stack, teller):
    def tell(account: str) -> None:
        print(account, file=teller, flush=True)
        query = "SELECT 1 FROM notifications_notification WHERE args->>'account' = %s"
        wait_until(lambda: stack.rows(query, account), 30, "it was not told")

    yield tell
    stack.rows("DELETE FROM notifications_notification RETURNING 1")


@pytest.fixture
def console(stack, log_in):
    def open_console(size):
        page = log_in(ADMIN, size)
        with page.expect_websocket():
            page.goto(f"{stack.url}/o/loja-aurora/console/")
        return page

    return open_console


@pytest.mark.parametrize(("size", "count"), [(DESKTOP, "#notification-count"), (PHONE, "#notification-count-top")])
def test_a_notification_appears_by_itself_and_leads_where_it_says(console, tell, size, count):
    page = console(size)
    expect(page.locator(count)).to_be_hidden()
    tell("Conta Um")
    expect(page.locator(count)).to_contain_text("1")
    card = page.get_by_test_id("toast").filter(has_text="Conta Um")
    expect(card).to_be_visible()

    page.locator("[data-testid=bell]:visible").click()
    drawer = page.locator("#modal")
    expect(drawer.get_by_test_id("notification")).to_have_count(1)
    tell("Conta Dois")
    expect(drawer.get_by_test_id("notification").first).to_contain_text("Conta Dois")
    expect(page.locator(count)).to_contain_text("2")

    drawer.get_by_test_id("notification").first.locator(".notification-open").click()
    page.wait_for_url("**/console/numbers/")
    expect(page.locator(count)).to_contain_text("1")


def test_reading_in_one_window_calms_the_bell_of_another(stack, console, log_in, tell):
    page, other = console(DESKTOP), console(PHONE)
    tell("Conta Um")
    expect(other.locator("#notification-count-top")).to_contain_text("1")
    page.goto(f"{stack.url}/o/loja-aurora/console/notifications/")
    page.get_by_role("button", name="Marcar todas como lidas").click()
    expect(other.locator("#notification-count-top")).to_be_hidden()


def test_list_and_drawer_are_accessible(stack, console, tell):
    tell("Conta Um")
    page = console(DESKTOP)
    page.goto(f"{stack.url}/o/loja-aurora/console/notifications/")
    expect(page.get_by_test_id("notification")).to_have_count(1)
    assert violations_of_both(page) == []
    page.locator("[data-testid=bell]:visible").click()
    expect(page.locator(".notification-panel")).to_be_visible()
    assert violations_of_both(page) == []
