"""From a promise to its warning, its breach and the late answer, live; time is travelled by moving the clocks back."""

import pytest
from playwright.sync_api import Page, expect

from pytake.tests.axe import violations_of_both
from pytake.tests.stack import meet, phone_of, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
AGENT, BOSS = "bruno@aurora.example", "helena@aurora.example"
KEY, QUESTION = "61", "Meu pedido 6100 veio quebrado"
PROMISE = """
WITH p AS (
  INSERT INTO teams_slapolicy (id, organization_id, name, first_answer_minutes, warning_percent, is_active)
  SELECT gen_random_uuid(), organization_id, 'Uma hora', 60, 75, true FROM teams_queue WHERE id = %s RETURNING id
)
UPDATE teams_queue SET sla_policy_id = p.id FROM p WHERE teams_queue.id = %s RETURNING 1
"""
TRAVEL = """
UPDATE routing_slaclock SET
  started_at = started_at - v.gone, running_since = running_since - v.gone, warn_at = warn_at - v.gone,
  due_at = due_at - v.gone, alarm_at = alarm_at - v.gone
FROM (SELECT make_interval(mins => %s) AS gone) AS v RETURNING 1
"""
FORGET = [
    "UPDATE teams_queue SET sla_policy_id = NULL RETURNING 1",
    "DELETE FROM teams_slapolicy WHERE name = 'Uma hora' RETURNING 1",
    "DELETE FROM routing_slaclock RETURNING 1",
    "UPDATE conversations_conversation SET sla_state = '', sla_kind = '', sla_due_at = NULL RETURNING 1",
    "DELETE FROM notifications_notification RETURNING 1",
]


@pytest.fixture
def promise(stack):
    queue = stack.demo["queues"][0]["id"]
    stack.rows(PROMISE, queue, queue)
    yield
    for statement in FORGET:
        stack.rows(statement)


@pytest.fixture
def pages(stack, log_in):
    def open_page(email: str, path: str) -> Page:
        page = log_in(email)
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        with page.expect_websocket():
            page.goto(f"{stack.url}/o/loja-aurora/{path}")
        return page

    return open_page


def pass_time(stack, minutes: int, state: str) -> None:
    """The sweep is woken by beat, by itself."""
    assert stack.rows(TRAVEL, minutes)
    wait_until(
        lambda: stack.rows("SELECT 1 FROM routing_slaclock WHERE state = %s", state), 40, f"no clock became {state}"
    )


def test_an_sla_from_warning_to_breach_with_time_travelled(stack, promise, pages):
    meet(stack, KEY)
    desk = pages(AGENT, "desk/conversations/?tab=queue")
    alerts = pages(BOSS, "console/sla/")
    expect(alerts.get_by_test_id("alert-row")).to_have_count(0)
    stack.control("inbound", {"customer": phone_of(KEY), "type": "text", "text": {"body": QUESTION}, "wait": True})
    row = desk.get_by_test_id("row").filter(has_text=QUESTION)
    expect(row.get_by_test_id("sla")).to_have_attribute("data-state", "ok")
    expect(row.get_by_test_id("sla")).to_contain_text("Primeira resposta", ignore_case=True)
    row.locator("a.row-link").click()
    desk.locator("#thread-pane").get_by_test_id("pull").click()
    head = desk.locator(".thread-head").get_by_test_id("sla")
    expect(head).to_have_attribute("data-state", "ok")

    pass_time(stack, 50, "risk")
    expect(head).to_have_attribute("data-state", "risk")
    expect(row.get_by_test_id("sla")).to_have_attribute("data-state", "risk")
    expect(desk.get_by_test_id("thread")).to_contain_text("SLA em risco: já passaram 75% do prazo")
    expect(desk.get_by_test_id("toast").filter(has_text="SLA em risco")).to_be_visible()
    expect(alerts.locator("[data-testid=alert-row][data-state=risk]")).to_have_count(1, timeout=20_000)

    pass_time(stack, 15, "breached")
    expect(head).to_have_attribute("data-state", "breached")
    expect(head).to_contain_text("+")
    expect(desk.get_by_test_id("thread")).to_contain_text("SLA estourado")
    expect(alerts.locator("[data-testid=alert-row][data-state=breached]")).to_have_count(1, timeout=20_000)
    expect(alerts.get_by_test_id("broken")).to_contain_text("1")
    assert violations_of_both(alerts) == []

    desk.get_by_test_id("composer-text").fill("Sentimos muito, vamos trocar")
    desk.get_by_test_id("composer-send").click()
    expect(head).to_have_count(0)
    expect(alerts.locator("[data-testid=alert-row][data-state=late]")).to_have_count(1, timeout=20_000)
    assert desk.complaints == alerts.complaints == []
