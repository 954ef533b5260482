"""The inbox's details in a browser: canned replies, snooze, undo, unsent texts, palette, collision, offline, rating."""

import json

import pytest
from playwright.sync_api import Page, expect

from pytake.tests.conftest import PHONE
from pytake.tests.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
AGENT, BOSS = "bruno@aurora.example", "helena@aurora.example"
ASSIGN = """
WITH m AS (
  SELECT m.id, m.organization_id FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id
  WHERE u.email = %s
), c AS (
  UPDATE conversations_conversation SET state = 'open', assignee_id = m.id, assigned_at = now(), version = version + 1
  FROM m WHERE conversations_conversation.id = %s RETURNING conversations_conversation.id
)
INSERT INTO conversations_handling (id, organization_id, conversation_id, agent_id, started_at, ending)
SELECT gen_random_uuid(), m.organization_id, c.id, m.id, now(), '' FROM m, c ON CONFLICT DO NOTHING RETURNING 1
"""
CANNED = """
INSERT INTO conversations_cannedreply (id, organization_id, shortcut, text, changed_at)
SELECT gen_random_uuid(), id, 'horario', 'Oi, {primeiro_nome}! Abrimos das 9h às 18h.', now()
FROM organizations_organization WHERE slug = 'loja-aurora' ON CONFLICT DO NOTHING RETURNING 1
"""
POLICY = """
INSERT INTO conversations_surveypolicy
  (id, organization_id, is_on, style, question, asks_comment, template_name, template_language)
SELECT gen_random_uuid(), id, true, 'faces', '', true, '', 'pt_BR'
FROM organizations_organization WHERE slug = 'loja-aurora' ON CONFLICT DO NOTHING RETURNING 1
"""


AT_ONCE = """() => {
  window.isSamePage = true;
  const pane = document.querySelector("#thread-pane");
  const before = pane.querySelector("[data-testid=resolve]");
  new MutationObserver((_, watcher) => {
    const button = pane.querySelector("[data-testid=resolve]");
    if (!button || button === before) return;
    watcher.disconnect();
    button.click();
  }).observe(pane, { childList: true, subtree: true });
}"""


@pytest.fixture
def chat(stack):
    """A conversation of a customer, held by the agent: its address on the desk."""

    def begin(customer: str, text: str) -> str:
        stack.control("inbound", {"customer": customer, "type": "text", "text": {"body": text}, "wait": True})
        query = "SELECT conversation_id FROM conversations_message WHERE text = %s AND direction = 'in'"
        wait_until(lambda: stack.rows(query, text), 30, "the message did not arrive")
        found = stack.rows(query, text)[0][0]
        stack.rows(ASSIGN, AGENT, found)
        return f"{stack.url}/o/loja-aurora/desk/conversations/{found}/"

    return begin


@pytest.fixture
def desk(log_in):
    def open_chat(address: str, email: str = AGENT, **options) -> Page:
        page = log_in(email, **options)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        expect(page.locator("pt-composer:defined textarea")).to_be_visible()
        return page

    return open_chat


def test_a_canned_reply_is_chosen_by_keyboard_with_its_variables_filled(stack, chat, desk):
    stack.rows(CANNED)
    page = desk(chat("1", "Que horas abrem?"))
    text = page.get_by_test_id("composer-text")
    text.press_sequentially("/hor")
    expect(page.locator("#suggestions [role=option]")).to_have_count(1)
    text.press("Enter")
    expect(text).not_to_have_value("/hor")
    assert "Abrimos das 9h às 18h." in text.input_value()
    assert "{" not in text.input_value()
    text.press("Enter")
    expect(page.locator("li.msg-out").filter(has_text="Abrimos das 9h")).to_have_count(1)
    assert page.complaints == []


def test_what_is_typed_comes_back_after_a_reload(stack, chat, desk):
    page = desk(chat("2", "Tem desconto?"))
    page.get_by_test_id("composer-text").fill("Vou consultar")
    query = "SELECT reply FROM conversations_unsent"
    wait_until(lambda: ("Vou consultar",) in stack.rows(query), 10, "it was not kept")
    page.reload()
    expect(page.get_by_test_id("composer-text")).to_have_value("Vou consultar")
    expect(page.get_by_test_id("composer-send")).to_be_visible()
    page.get_by_test_id("composer-text").fill("")
    wait_until(lambda: ("Vou consultar",) not in stack.rows(query), 10, "it was not forgotten")


def test_resolve_is_taken_back_and_snooze_returns_on_top(stack, chat, desk):
    address = chat("3", "Meu boleto venceu")
    page = desk(address)
    page.get_by_test_id("resolve").click()
    page.locator("[data-undo] button", has_text="Desfazer").click()
    expect(page.get_by_test_id("resolve")).to_be_visible()
    page.get_by_test_id("snooze").click()
    page.locator("#modal [name=note]").fill("ligar para o banco")
    page.get_by_test_id("snooze-hour").click()
    row = page.locator(f"#c-{address.rstrip('/').rpartition('/')[2]}")
    expect(row).to_have_count(0)
    stack.rows("UPDATE conversations_conversation SET snoozed_until = now() WHERE state = 'snoozed' RETURNING 1")
    expect(row).to_contain_text("ligar para o banco", timeout=20_000)
    assert page.complaints == []


def test_a_button_works_from_the_moment_it_is_drawn(chat, desk):
    address = chat("31", "Cheguei na loja")
    page = desk(chat("32", "Outra pessoa"))
    page.evaluate(AT_ONCE)
    page.locator(f"#c-{address.rstrip('/').rpartition('/')[2]} .row-link").click()
    expect(page.locator("[data-undo] button", has_text="Desfazer")).to_be_visible()
    expect(page.get_by_test_id("reopen")).to_be_visible()
    assert page.evaluate("window.isSamePage")
    assert page.complaints == []


def test_the_palette_finds_a_conversation_without_the_mouse(stack, chat, desk):
    chat("4", "Bom dia, tudo bem?")
    page = desk(chat("5", "Onde fica a loja?"))
    expect(page.locator("#palette[data-ready]")).to_have_count(1)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    page.keyboard.type("meus n")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/stats/")
    expect(page.get_by_test_id("chart-line").locator("canvas")).to_be_visible()


def test_two_who_look_see_each_other_and_the_second_answer_asks_first(stack, chat, desk):
    address = chat("5", "Quero trocar o tamanho")
    agent, boss = desk(address), desk(address, BOSS)
    expect(agent.locator("[data-watching]")).to_contain_text("Helena Prado")
    expect(boss.locator("[data-watching]")).to_contain_text("Bruno Tavares")
    agent.get_by_test_id("composer-text").press_sequentially("Claro, qual")
    expect(boss.locator("[data-watching].is-writing")).to_contain_text("Bruno Tavares está digitando")
    boss.get_by_test_id("composer-text").fill("Pode trocar, sim")
    boss.get_by_test_id("composer-send").click()
    expect(agent.locator("li.msg-out").filter(has_text="Pode trocar, sim")).to_be_visible()
    agent.get_by_test_id("composer-send").click()
    expect(agent.locator("#confirm-dialog")).to_contain_text("Helena Prado respondeu")
    agent.keyboard.press("Escape")
    assert agent.locator("li.msg-out").filter(has_text="Claro, qual").count() == 0
    agent.get_by_test_id("composer-send").click()
    agent.locator("#confirm-ok").click()
    expect(agent.locator("li.msg-out").filter(has_text="Claro, qual")).to_have_count(1)


def test_offline_messages_wait_in_the_page_and_go_out_once(stack, chat, desk):
    page = desk(chat("1", "Ainda estão aí?"))
    page.context.set_offline(True)
    for text in ("Estamos sim", "Um momento"):
        page.get_by_test_id("composer-text").fill(text)
        page.get_by_test_id("composer-send").click()
    expect(page.locator("li.msg-out.is-pending")).to_have_count(2)
    page.context.set_offline(False)
    query = "SELECT text FROM conversations_message WHERE text IN ('Estamos sim', 'Um momento') ORDER BY id"
    wait_until(lambda: len(stack.rows(query)) == 2, 20, "they did not go out")
    expect(page.locator("li.msg-out.is-pending")).to_have_count(0)
    assert stack.rows(query) == [("Estamos sim",), ("Um momento",)]


def test_what_is_sent_offline_before_the_scripts_have_come_waits_for_them(stack, chat, log_in):
    address, page = chat("1", "Tem na cor azul?"), log_in(AGENT)
    page.route("**/chunks/inbox-*.js", lambda route: route.abort())
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_test_id("composer-text").fill("Tem, sim")
    page.get_by_test_id("composer-send").click()
    expect(page.get_by_test_id("composer-text")).to_have_value("Tem, sim")
    page.unroute("**/chunks/inbox-*.js")
    page.context.set_offline(False)
    query = "SELECT count(*) FROM conversations_message WHERE text = 'Tem, sim'"
    wait_until(lambda: stack.rows(query) == [(1,)], 20, "it did not go out")


def test_resolved_rated_on_the_phone_and_seen_among_the_completed(stack, chat, desk, open_context):
    stack.rows(POLICY)
    page = desk(chat("2", "Chegou, obrigada!"))
    page.get_by_test_id("composer-text").fill("Que bom!")
    page.get_by_test_id("composer-send").click()
    expect(page.locator("li.msg-out").filter(has_text="Que bom!")).to_be_visible()
    page.get_by_test_id("resolve").click()
    phone = open_context(PHONE).new_page()
    phone.goto(stack.simulator_url)
    phone.get_by_test_id("customer-2").click()
    phone.get_by_text("😊 Bom").first.click(timeout=30_000)
    query = "SELECT score FROM conversations_survey WHERE score IS NOT NULL"
    wait_until(lambda: stack.rows(query) == [(5,)], 20, "the rating did not arrive")
    page.goto(f"{stack.url}/o/loja-aurora/desk/completed/")
    expect(page.get_by_test_id("completed-row").first.locator(".stars")).to_have_text("5")
    live = "SELECT count(*) FROM conversations_conversation c JOIN conversations_message m ON m.conversation_id = c.id "
    assert stack.rows(live + "WHERE m.text = 'Chegou, obrigada!' AND c.state <> 'closed'") == [(0,)]
    stack.rows("DELETE FROM conversations_surveypolicy RETURNING 1")


def test_a_contact_is_corrected_and_a_note_mentions_a_colleague(stack, chat, desk):
    page = desk(chat("3", "Mudei de endereço"))
    page.get_by_test_id("contact-edit").click()
    page.locator("#contact-panel [name=notes]").fill("Mora em Recife agora")
    page.get_by_test_id("contact-form").locator("button[type=submit]").click()
    expect(page.locator("#contact-panel")).to_contain_text("Mora em Recife agora")
    page.get_by_test_id("composer-note").click()
    text = page.get_by_test_id("composer-text")
    text.press_sequentially("@Hel")
    expect(page.locator("#suggestions [role=option]")).to_have_count(1)
    text.press("Enter")
    text.press_sequentially("atualiza a entrega?")
    text.press("Enter")
    query = "SELECT args FROM notifications_notification WHERE kind = 'conversations.mention'"
    wait_until(lambda: stack.rows(query), 10, "she was not told")
    assert "atualiza a entrega" in json.dumps(stack.rows(query)[0][0])
