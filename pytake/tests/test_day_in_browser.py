"""A day on the desk: without a mouse, a full queue, a skill that is asked for, going away without saying so."""

import re

import pytest
from playwright.sync_api import Page, expect

from pytake.tests.stack import meet, phone_of, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
AGENT, BOSS = "livia@aurora.example", "helena@aurora.example"
VIP = "UPDATE contacts_contact SET is_vip = true WHERE phone LIKE %s RETURNING 1"
ROOM = """
UPDATE teams_agent SET capacity = 100 FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id
WHERE m.id = teams_agent.membership_id AND u.email = %s RETURNING 1
"""
WATCH = """
for (const kind of ["pointerdown", "mousedown", "mousemove", "touchstart", "wheel"])
  addEventListener(kind, () => sessionStorage.setItem("touched", kind), { capture: true });
"""


@pytest.fixture
def customer(stack):
    """Somebody new writes: `customer("71", "Oi")` gives the conversation's id."""

    def write(key: str, words: str) -> str:
        meet(stack, key)
        stack.control("inbound", {"customer": phone_of(key), "type": "text", "text": {"body": words}, "wait": True})
        query = "SELECT conversation_id FROM conversations_message WHERE text = %s AND direction = 'in'"
        wait_until(lambda: stack.rows(query, words), 30, "the message did not arrive")
        return str(stack.rows(query, words)[0][0])

    return write


@pytest.fixture
def desk(stack, log_in):
    def open_page(email: str, path: str) -> Page:
        page = log_in(email)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{stack.url}/o/loja-aurora/{path}")
        return page

    return open_page


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Where the keyboard leads, and not where a script puts the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the keyboard")


def write(page: Page, key: str, words: str, sent: str) -> None:
    """With the shortcut of a reply or a note; Escape gives the shortcuts back."""
    page.keyboard.press(key)
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(f"li.{sent}").filter(has_text=words)).to_be_visible()
    page.keyboard.press("Escape")


def transfer(page: Page, to: str, why: str) -> None:
    tab_to(page, "[data-testid=transfer]")
    page.keyboard.press("Enter")
    expect(page.locator("#modal [name=to]")).to_be_visible()
    tab_to(page, "#modal [name=to]")
    page.keyboard.type(to)
    page.keyboard.press("Tab")
    page.keyboard.type(why)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("thread")).to_contain_text(re.compile(f"transferiu a conversa para a fila {to}.*{why}"))


def test_the_whole_day_with_the_keyboard_alone(stack, customer, desk):
    chat = customer("71", "Meu pedido 7100 sumiu")
    stack.rows(VIP, f"%{phone_of('71')[-8:]}")
    page = desk(AGENT, "desk/queue/")
    stack.rows(ROOM, AGENT)
    page.add_init_script(WATCH)
    page.reload()
    tab_to(page, "main [data-testid=pull]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/conversations/{chat}/")
    expect(page.get_by_test_id("composer-text")).to_be_visible()
    write(page, "r", "Oi! Vou procurar o pedido", "msg-out")
    write(page, "n", "Transportadora atrasou", "msg-note")
    transfer(page, "Vendas", "troca")

    tab_to(page, "#thread-pane [data-testid=pull]")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("resolve")).to_be_visible()
    page.keyboard.press("Escape")  # who has just taken it is about to write
    page.keyboard.press("e")
    state = "SELECT state, outcome FROM conversations_conversation WHERE id = %s"
    wait_until(lambda: stack.rows(state, chat) == [("closed", "resolved")], 15, "it was not resolved")
    expect(page.get_by_test_id("toast").filter(has_text="Desfazer")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('touched')") is None
    assert page.complaints == []


def test_a_full_queue_sends_the_next_one_on_and_says_so(stack, customer, desk):
    queue, other = (each["id"] for each in stack.demo["queues"])
    waiting = "SELECT count(*) FROM conversations_conversation WHERE queue_id = %s AND state = 'queued'"
    page = desk("marina@aurora.example", f"console/teams/queues/{queue}/")
    page.locator("[name=max_waiting]").fill(str(stack.rows(waiting, queue)[0][0] + 1))
    page.locator("[name=overflow_queue]").select_option(value=other)
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url("**/console/teams/")
    try:
        page.goto(f"{stack.url}/o/loja-aurora/console/teams/queues/{other}/")
        page.locator("[name=overflow_queue]").select_option(value=queue)
        page.get_by_role("button", name="Salvar").click()
        expect(page.locator("#id_overflow_queue_error")).to_contain_text("Suporte → Vendas")
        customer("72", "Chegou quebrado 7200")
        second = customer("73", "Chegou errado 7300")
    finally:
        stack.rows("UPDATE teams_queue SET max_waiting = NULL, overflow_queue_id = NULL RETURNING 1")
    page.goto(f"{stack.url}/o/loja-aurora/desk/conversations/{second}/")
    expect(page.get_by_test_id("thread")).to_contain_text("Aguardando na fila Vendas, porque Suporte estava cheia")
    where = "SELECT q.name FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id "
    where += "JOIN teams_queue q ON q.id = c.queue_id WHERE m.text = %s"
    assert stack.rows(where, "Chegou quebrado 7200") == [("Suporte",)]


def test_who_lacks_a_required_skill_takes_nothing_until_they_have_it(stack, customer, desk):
    queue = stack.demo["queues"][0]["id"]
    stack.rows(
        """
        WITH s AS (INSERT INTO teams_skill (id, organization_id, name, description)
          SELECT gen_random_uuid(), organization_id, 'Inglês', '' FROM teams_queue WHERE id = %s RETURNING *)
        INSERT INTO teams_queueskill (id, organization_id, queue_id, skill_id, minimum)
        SELECT gen_random_uuid(), organization_id, %s, id, 3 FROM s RETURNING 1
        """,
        queue,
        queue,
    )
    try:
        chat = customer("74", "Do you speak English?")
        stack.rows("UPDATE teams_agent SET capacity = 100 RETURNING 1")
        page = desk(AGENT, f"desk/conversations/{chat}/")
        page.locator("#thread-pane").get_by_test_id("pull").click()
        expect(page.get_by_test_id("toast").filter(has_text="exige uma habilidade")).to_be_visible()
        assert stack.rows("SELECT state FROM conversations_conversation WHERE id = %s", chat) == [("queued",)]

        member = "SELECT m.id FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id "
        ((livia,),) = stack.rows(member + "WHERE u.email = %s", AGENT)
        lead = desk("marina@aurora.example", f"console/teams/agents/{livia}/")
        lead.get_by_label("Inglês").select_option("4")
        lead.get_by_role("button", name="Salvar").click()
        lead.wait_for_url("**/console/teams/agents/")
        page.locator("#thread-pane").get_by_test_id("pull").click()
        expect(page.get_by_test_id("resolve")).to_be_visible()
    finally:
        for table in ("queueskill", "memberskill", "skill"):
            stack.rows(f"DELETE FROM teams_{table} RETURNING 1")


def test_who_does_nothing_for_a_while_is_away_by_itself_and_back_with_the_first_key(stack, desk):
    page = desk(BOSS, "desk/")
    mine = page.locator("[data-presence]").first
    expect(mine).to_have_attribute("data-presence", "online")
    idle = (
        "UPDATE teams_agent SET last_active_at = now() - interval '11 minutes' FROM organizations_membership m "
        "JOIN accounts_user u ON u.id = m.user_id WHERE m.id = membership_id AND u.email = %s RETURNING 1"
    )

    def is_away() -> bool:
        stack.rows(idle, BOSS)  # again and again: opening the page counts as doing something, whenever that arrives
        page.wait_for_timeout(1_000)
        return mine.get_attribute("data-presence") == "away"

    wait_until(is_away, 60, "nobody noticed")
    expect(mine).to_contain_text("Sem atividade há um tempo")
    page.wait_for_timeout(2_100)  # the page told that it was opened; it tells again after two seconds at the earliest
    page.keyboard.press("Shift")
    expect(mine).to_have_attribute("data-presence", "online")
    assert page.complaints == []
