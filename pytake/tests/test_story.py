"""The main job, end to end and live: a customer writes, a person answers, the ticks turn blue."""

import re

import pytest
from playwright.sync_api import Page, expect

from pytake.tests.conftest import DESKTOP, PHONE
from pytake.tests.stack import meet, phone_of, wait_until
from pytake.tests.test_desk_details import POLICY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
AGENT = "bruno@aurora.example"
# What other tests gave the agent leaves no room for more.
ROOM = """
UPDATE teams_agent SET capacity = 100 FROM organizations_membership AS m JOIN accounts_user AS u ON u.id = m.user_id
WHERE m.id = teams_agent.membership_id AND u.email = %s RETURNING 1
"""
MEMBER = "SELECT m.id FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id WHERE u.email = %s"
RATED = """
SELECT 1 FROM conversations_survey AS s JOIN conversations_message AS m ON m.conversation_id = s.conversation_id
WHERE m.text = 'O pedido 3400 veio com a peça errada' AND s.score = 5
"""


@pytest.fixture
def inbox(stack, log_in):
    """Opens the queue tab of an agent; complaints of the browser are collected in `page.complaints`."""

    def open_inbox(size) -> Page:
        stack.rows(ROOM, AGENT)
        page = log_in(AGENT, size)
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("framenavigated", lambda frame: page.navigations.append(frame.url))
        page.navigations = []
        with page.expect_websocket():
            page.goto(f"{stack.url}/o/loja-aurora/desk/conversations/?tab=queue")
        page.navigations.clear()
        return page

    return open_inbox


@pytest.fixture
def customer(stack, open_context):
    """The simulator's phone page, being the customer of that number."""

    def open_phone(key: str) -> Page:
        phone = open_context(PHONE).new_page()
        meet(stack, key)
        phone.goto(stack.simulator_url)
        phone.get_by_test_id("customer-list").get_by_role("button").filter(has_text=f"Cliente {key}").click()
        return phone

    return open_phone


def write(phone: Page, text: str) -> None:
    phone.get_by_test_id("phone-input").fill(text)
    phone.get_by_test_id("phone-send").click()


@pytest.mark.parametrize(("size", "key"), [(DESKTOP, "31"), (PHONE, "32")], ids=["desktop", "phone"])
def test_a_customer_writes_and_a_person_answers_until_the_ticks_turn_blue(inbox, customer, size, key):
    desk, phone = inbox(size), customer(key)
    question, answer = f"Oi! Meu pedido 88{key} ainda não chegou", f"Vou verificar *agora* o pedido 88{key}"

    write(phone, question)
    row = desk.get_by_test_id("row").filter(has_text=question)
    expect(row).to_be_visible()
    assert desk.navigations == [], "the page was loaded again instead of being told"

    row.locator("a.row-link").click()
    desk.locator("#thread-pane").get_by_test_id("pull").click()
    expect(desk.get_by_test_id("thread")).to_contain_text(question)

    desk.get_by_test_id("composer-text").fill(answer)
    desk.get_by_test_id("composer-send").click()
    sent = desk.locator("[data-testid=thread] li.msg-out").filter(has_text=f"o pedido 88{key}")
    expect(sent).to_be_visible()
    expect(phone.get_by_test_id("phone-thread")).to_contain_text(f"o pedido 88{key}")
    expect(sent.get_by_test_id("ticks")).to_have_attribute("data-status", re.compile("^read$"))
    expect(sent).to_have_count(1)

    write(phone, "Obrigado!")
    expect(desk.get_by_test_id("thread")).to_contain_text("Obrigado!")
    assert desk.complaints == []


def test_what_is_typed_before_the_answer_to_taking_it_has_come_stays(inbox, customer):
    desk, phone, held = inbox(DESKTOP), customer("37"), []
    write(phone, "Vocês têm estacionamento?")
    desk.get_by_test_id("row").filter(has_text="estacionamento").locator("a.row-link").click()
    desk.route("**/pull/", lambda route: held.append((route, route.fetch())))
    desk.locator("#thread-pane").get_by_test_id("pull").click()
    composer = desk.get_by_test_id("composer-text")
    composer.fill("Temos, na rua de trás")  # the push was faster
    desk.evaluate("window.before = document.querySelector('pt-composer')")
    route, answer = held.pop()
    route.fulfill(response=answer)
    desk.wait_for_function("!window.before.isConnected")
    expect(composer).to_have_value("Temos, na rua de trás")
    expect(desk.get_by_test_id("composer-send")).to_be_visible()
    assert desk.complaints == []


def test_a_message_typed_after_the_window_is_refused_with_a_sentence_and_stays(stack, inbox, customer):
    desk, phone = inbox(DESKTOP), customer("33")
    write(phone, "Vocês abrem sábado?")
    desk.get_by_test_id("row").filter(has_text="Vocês abrem sábado?").locator("a.row-link").click()
    desk.locator("#thread-pane").get_by_test_id("pull").click()
    composer = desk.get_by_test_id("composer-text")
    composer.fill("Abrimos, das 9h às 13h")
    # A refresh of the pulled thread would show the ended window before the click: the server is to say it here.
    desk.route("**/conversations/*/", lambda route: route.abort())
    stack.rows(
        "UPDATE conversations_conversation SET window_expires_at = now() - interval '1 second' "
        "WHERE last_preview LIKE 'Vocês abrem%%' RETURNING 1"
    )
    # The page may have put the template picker over the button already; what was typed goes out all the same.
    composer.evaluate("field => field.form.requestSubmit()")
    expect(desk.get_by_text("Mais de 24 horas").first).to_be_visible()
    shown = desk.locator("[data-testid=thread] li.msg-out").filter(has_text="Abrimos, das 9h às 13h")
    assert shown.count() == 1 or composer.input_value() == "Abrimos, das 9h às 13h"
    assert stack.rows("SELECT 1 FROM conversations_message WHERE text LIKE 'Abrimos, das%%'") == []


def answer(page: Page, words: str) -> None:
    page.get_by_test_id("composer-text").fill(words)
    page.get_by_test_id("composer-send").click()


def hand_over(page: Page, agent: str, why: str) -> None:
    page.get_by_test_id("transfer").click()
    page.locator("#modal [name=to]").select_option(value=f"agent:{agent}")
    page.locator("#modal [name=note]").fill(why)
    page.get_by_test_id("dialog-ok").click()


@pytest.fixture
def survey(stack):
    stack.rows(POLICY)
    yield
    stack.rows("DELETE FROM conversations_surveypolicy RETURNING 1")


def test_pulled_noted_handed_on_resolved_rated_and_completed_by_both(stack, survey, customer, log_in):
    phone = customer("34")
    write(phone, "O pedido 3400 veio com a peça errada")
    is_vip = "UPDATE contacts_contact SET is_vip = true WHERE phone LIKE %s RETURNING 1"
    wait_until(lambda: stack.rows(is_vip, f"%{phone_of('34')[-8:]}"), 20, "the customer is not known yet")
    first, second = log_in("livia@aurora.example"), log_in(AGENT)
    for page, path in ((first, "queue/"), (second, "conversations/")):
        page.goto(f"{stack.url}/o/loja-aurora/desk/{path}")
    stack.rows("UPDATE teams_agent SET capacity = 100 RETURNING 1")
    first.locator("main").get_by_test_id("pull").click()
    expect(first.get_by_test_id("thread")).to_contain_text("O pedido 3400 veio com a peça errada")
    answer(first, "Sinto muito! Quem cuida de trocas já fala com você.")
    expect(phone.get_by_test_id("phone-thread")).to_contain_text("Quem cuida de trocas")
    first.get_by_test_id("composer-note").click()
    answer(first, "Cliente quer trocar, não quer estorno")
    expect(first.locator("li.msg-note")).to_contain_text("não quer estorno")
    hand_over(first, str(stack.rows(MEMBER, AGENT)[0][0]), "troca de tamanho")

    second.get_by_test_id("row").filter(has_text="Cliente 34").locator("a.row-link").click()
    handed = second.get_by_test_id("thread")
    expect(handed).to_contain_text("não quer estorno")
    expect(handed).to_contain_text("troca de tamanho")
    answer(second, "Oi! A troca já está a caminho.")
    expect(phone.get_by_test_id("phone-thread")).to_contain_text("A troca já está a caminho")
    second.get_by_test_id("resolve").click()
    phone.get_by_text("😊 Bom").first.click(timeout=30_000)

    wait_until(lambda: stack.rows(RATED), 20, "the rating did not arrive")
    for page, said in ((second, "Resolvida"), (first, "Transferida")):
        page.goto(f"{stack.url}/o/loja-aurora/desk/completed/")
        expect(page.get_by_test_id("completed-row").filter(has_text="Cliente 34")).to_contain_text(said)
    expect(second.get_by_test_id("completed-row").filter(has_text="Cliente 34").locator(".stars")).to_have_text("5")
