"""A bot's life in a browser: tried, tested, published, talked to, broken, blocked, rolled back; and its handoff."""

import json

import pytest
from playwright.sync_api import Page, expect

from apps.chatbots.tests.flows import flow_of
from pytake.tests.test_story import customer, inbox, write

__all__ = ["customer", "inbox"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
OWNER = "marina@aurora.example"
AGE = flow_of(
    [
        ("start", {}),
        ("question", {"text": "Quantos anos você tem?", "type": "number", "variable": "age", "retries": 1}),
        ("condition", {"rules": [{"variable": "age", "operator": "more", "value": "17"}]}),
        ("message", {"text": "Maior: {{age}}"}),
        ("message", {"text": "Menor: {{age}}"}),
        ("end", {}),
    ],
    [
        ("n1", "next", "n2"),
        ("n2", "next", "n3"),
        ("n3", "yes", "n4"),
        ("n3", "no", "n5"),
        ("n4", "next", "n6"),
        ("n5", "next", "n6"),
    ],
)
for place, node in enumerate(AGE["nodes"]):
    node |= {"x": 280 * place, "y": 180 * (node["id"] == "n5")}
HELP = flow_of([("start", {}), ("message", {"text": "Já chamo alguém."}), ("handoff", {"text": "Um momento."})])
BYE = flow_of([("start", {}), ("message", {"text": "Abrimos às nove."}), ("end", {})])
BOT = """
import json
from apps.chatbots import services
from apps.chatbots.models import Bot, Trigger
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
with tenant_scope(Organization.objects.get(slug="loja-aurora")):
    bot = services.create_bot(name="História", by=None)
    Bot.objects.filter(pk=bot.pk).update(is_active=True)
    made = []
    for word, graph in json.loads({drawn!r}):
        flow = services.create_flow(bot, name=word, by=None)
        services.save_draft(flow, graph, 1, None)
        Trigger.objects.create(flow=flow, kind="keyword", value=word, priority=1)
        if word != "maioridade":
            services.publish(flow, None)
        made.append(str(flow.pk))
    print(bot.pk, *made)
"""


@pytest.fixture(scope="module")
def bot(stack):
    """A bot that answers to three words; `maioridade` was never published. Addresses of it and of that flow."""
    drawn = json.dumps([("maioridade", AGE), ("ajuda agora", HELP), ("que horas abre", BYE)])
    made, flow, *_others = stack.manage("shell", "-v", "0", "-c", BOT.format(drawn=drawn)).split()
    base = f"{stack.url}/o/loja-aurora/bots"
    yield {"bot": f"{base}/{made}/", "flow": f"{base}/flows/{flow}/"}
    stack.rows("UPDATE chatbots_bot SET is_active = false WHERE id = %s RETURNING 1", made)


def simulate(page: Page, *said: str) -> None:
    page.get_by_test_id("open-simulator").click()
    pane = page.get_by_test_id("simulator")
    for number, words in enumerate(said):
        pane.locator("#sim-say").fill(words)
        pane.get_by_role("button", name="Enviar" if number else "Começar", exact=True).click()
        expect(pane.locator("[data-who=customer]").filter(has_text=words)).to_be_visible()


def publish(page: Page) -> Page:
    page.get_by_role("button", name="Publicar").click()
    form = page.get_by_test_id("publish-form")
    form.get_by_role("button", name="Publicar").click()
    return form


def answered(phone: Page, word: str, count: int) -> None:
    """The question of the flow, and the answer `word` to 42, for the `count`-th time."""
    write(phone, "Maioridade")
    bubbles = phone.get_by_test_id("phone-thread").get_by_test_id("bubble")
    expect(bubbles.filter(has_text="Quantos anos")).to_have_count(count)
    write(phone, "42")
    expect(bubbles.filter(has_text=f"{word}: 42")).to_have_count(1 if count < 3 else 2)


def try_and_keep(page: Page) -> None:
    """The draft in the simulator, and a test of what happened there."""
    simulate(page, "Oi", "42")
    expect(page.get_by_test_id("sim-talk")).to_contain_text("Maior: 42")
    expect(page.locator(".react-flow__node[data-id=n6] .is-lit")).to_be_visible()
    page.locator("#sim-test").fill("Adulto")
    page.get_by_test_id("sim-keep").click()
    expect(page.get_by_test_id("result")).to_contain_text("Passa")


def look_at_replay(page: Page) -> None:
    expect(page.locator("pt-builder[data-ready]")).to_be_visible()
    steps = page.get_by_test_id("replayed")
    expect(steps.locator("strong")).to_have_text(["Início", "Pergunta", "Pergunta", "Condição", "Mensagem", "Fim"])
    expect(steps.nth(3)).to_contain_text("Sim")
    steps.nth(4).click()
    expect(page.locator(".react-flow__node[data-id=n4] .is-lit")).to_be_visible()
    expect(page.locator(".react-flow__node .is-lit")).to_have_count(1)


def break_and_publish(page: Page) -> None:
    """Refused with the reason of the test; the owner publishes all the same."""
    page.locator("[data-node-form] [name=text]").fill("Velho: {{age}}")
    page.get_by_role("button", name="Salvar etapa").click()
    expect(page.get_by_test_id("node-form").get_by_role("status")).to_be_visible()
    form = publish(page)
    expect(form.get_by_test_id("failed-tests")).to_contain_text("o bot diz: “Velho: 42”")
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name="Publicar").click()


def test_a_flow_is_tried_tested_published_looked_at_broken_and_rolled_back(log_in, customer, bot):
    page = log_in(OWNER)
    page.goto(bot["flow"])
    try_and_keep(page)
    page.goto(bot["flow"])
    publish(page)
    page.wait_for_url("**/versions/")
    phone = customer("81")
    answered(phone, "Maior", 1)

    page.goto(bot["bot"])
    page.get_by_role("link", name="Cliente 81").first.click()
    look_at_replay(page)

    page.goto(f"{bot['flow']}#n4")
    break_and_publish(page)
    page.wait_for_url("**/versions/")
    answered(phone, "Velho", 2)

    page.get_by_test_id("version").nth(1).get_by_role("button", name="Voltar para esta").click()
    page.locator("dialog[open]").get_by_role("button", name="Voltar").last.click()
    expect(page.get_by_test_id("version")).to_have_count(3)
    answered(phone, "Maior", 3)
    write(phone, "Maioridade")
    bubbles = phone.get_by_test_id("phone-thread").get_by_test_id("bubble")
    expect(bubbles.filter(has_text="Quantos anos")).to_have_count(4)
    write(phone, "12")
    expect(bubbles.filter(has_text="Menor: 12")).to_have_count(1)


def test_a_bot_says_its_piece_and_hands_over_to_an_agent_who_sees_what_happened(inbox, customer, bot):
    phone = customer("82")
    write(phone, "Que horas abre?")
    expect(phone.get_by_test_id("phone-thread")).to_contain_text("Abrimos às nove.")
    desk = inbox({"width": 1440, "height": 900})
    write(phone, "Ajuda agora")
    expect(phone.get_by_test_id("phone-thread")).to_contain_text("Um momento.")
    desk.get_by_test_id("row").filter(has_text="Cliente 82").locator("a.row-link").click()
    desk.locator("#thread-pane").get_by_test_id("pull").click()
    thread = desk.get_by_test_id("thread")
    expect(thread).to_contain_text("Já chamo alguém.")
    desk.get_by_test_id("composer-text").fill("Sou o Bruno, posso ajudar?")
    desk.get_by_test_id("composer-send").click()
    expect(phone.get_by_test_id("phone-thread")).to_contain_text("Sou o Bruno")
    assert desk.complaints == []
