"""What makes a canvas pleasant: undo, alignment, copies, comments, problems; two editors; the editor of a script."""

import json

import pytest
from playwright.sync_api import Page, expect

from apps.chatbots.tests.flows import flow_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
OWNER = "marina@aurora.example"
DRAWN = flow_of(
    [
        ("start", {}),
        ("question", {"text": "Qual o valor?", "type": "number", "variable": "amount", "retries": 1}),
        ("script", {"code": "result['double'] = 2"}),
        ("message", {"text": ""}),
    ]
)
for place, node in enumerate(DRAWN["nodes"]):
    node |= {"x": 300 * (place % 2), "y": 190 * (place // 2)}
ASKING = flow_of(
    [
        ("start", {}),
        ("database_query", {"query": "SELECT", "params": [{"name": "phone", "value": "{{contact.phone}}"}]}),
    ]
)
FLOWS = """
import json
from apps.chatbots import services
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
with tenant_scope(Organization.objects.get(slug="loja-aurora")):
    bot = services.create_bot(name="Detalhes", by=None)
    made = [services.create_flow(bot, name=name, by=None) for name in ("Um", "Dois", "Três", "Quatro", "Cinco")]
    for flow, drawn in zip(made, json.loads({drawn!r})):
        if drawn:
            services.save_draft(flow, drawn, 1, None)
    print(*(flow.pk for flow in made))
"""


@pytest.fixture(scope="module")
def flows(stack):
    """Addresses of five flows: the second is empty, the last asks a database."""
    drawn = json.dumps([DRAWN, None, DRAWN, DRAWN, ASKING])
    made = stack.manage("shell", "-v", "0", "-c", FLOWS.format(drawn=drawn)).split()
    return [f"{stack.url}/o/loja-aurora/bots/flows/{pk}/" for pk in made]


def opened(page: Page, url: str) -> Page:
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.goto(url)
    expect(page.locator("pt-builder[data-ready]")).to_be_visible()
    return page


def node(page: Page, name: str):
    return page.locator(f".react-flow__node[data-id={name}]")


def edges_of(page: Page) -> tuple[int, int]:
    """Where the left edges of the third and the fourth step are."""
    return tuple(round(node(page, name).bounding_box()["x"]) for name in ("n3", "n4"))


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_text("Salvo")


def choose_all(page: Page) -> None:
    node(page, "n3").locator(".bn-head").click()
    page.keyboard.press("Control+a")
    expect(page.locator(".react-flow__node.selected")).to_have_count(4)


def arrange(page: Page, how: str) -> None:
    page.get_by_role("group", name="Editar").locator("summary").click()
    page.get_by_role("button", name=how).click()


def test_steps_are_aligned_undone_copied_to_another_flow_and_commented(log_in, flows):
    page = opened(log_in(OWNER), flows[0])
    choose_all(page)
    arrange(page, "Alinhar à esquerda")
    expect(page.get_by_role("button", name="Desfazer")).to_be_enabled()
    left, right = edges_of(page)
    assert left == right
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Refazer")).to_be_enabled()
    left, right = edges_of(page)
    assert left < right
    arrange(page, "Organizar automaticamente")
    choose_all(page)
    page.keyboard.press("Control+c")
    saved(page)

    opened(page, flows[1])
    page.locator("body").press("Control+v")
    expect(page.locator(".react-flow__node-step")).to_have_count(4)
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    page.get_by_role("button", name="Adicionar comentário").click()
    page.get_by_label("Comentário", exact=True).fill("Perguntar ao financeiro")
    page.locator("h1").click()
    saved(page)
    opened(page, flows[1])
    expect(page.get_by_label("Comentário", exact=True)).to_have_value("Perguntar ao financeiro")
    assert page.complaints == []


def test_problems_and_variables_are_listed_and_lead_to_their_step(log_in, flows):
    page = opened(log_in(OWNER), flows[0])
    page.get_by_role("button", name="Problemas").click()
    page.get_by_test_id("problems").get_by_role("button").filter(has_text="Mensagem").first.click()
    expect(page.get_by_test_id("node-form")).to_be_visible()
    expect(page.locator(".react-flow__node.selected")).to_have_attribute("data-id", "n4")
    page.get_by_role("button", name="Variáveis").click()
    expect(page.get_by_test_id("variables")).to_contain_text("{{amount}}")
    page.goto(f"{flows[0]}outline/")
    page.get_by_test_id("problems").locator("summary").click()
    page.get_by_test_id("problems").get_by_role("link").filter(has_text="Mensagem").first.click()
    expect(page.get_by_test_id("node-form").locator("[name=text]")).to_be_visible()
    page.get_by_role("link", name="Simulador").click()
    expect(page.get_by_test_id("simulator")).to_be_visible()


def test_two_editors_of_one_draft_are_told_and_choose(log_in, flows):
    mine, theirs = opened(log_in(OWNER), flows[2]), opened(log_in("rafael@aurora.example"), flows[2])
    theirs.locator(".palette-kind[data-kind=message]").click()
    expect(theirs.get_by_test_id("node-form")).to_be_visible()
    mine.get_by_role("button", name="Adicionar comentário").click()
    dialog = mine.locator("#conflict-dialog")
    expect(dialog).to_contain_text("Rafael")
    dialog.get_by_role("button", name="Decidir depois").click()
    expect(mine.locator("[data-save-state]")).to_have_attribute("data-save-state", "conflict")
    mine.get_by_role("button", name="Decidir", exact=True).click()
    dialog.get_by_role("button", name="Manter a minha").click()
    saved(mine)
    theirs.get_by_role("button", name="Adicionar comentário").click()
    theirs.locator("#conflict-dialog").get_by_role("button", name="Carregar a dela").click()
    expect(theirs.locator("pt-builder[data-ready] .react-flow__node-step")).to_have_count(4)
    expect(theirs.locator(".react-flow__node-comment")).to_have_count(1)


def test_a_script_is_written_with_colours_completion_and_the_keyboard(log_in, flows):
    page = opened(log_in(OWNER), f"{flows[3]}#n3")
    form, editor = page.get_by_test_id("node-form"), page.locator("pt-code").get_by_role("textbox")
    expect(editor).to_contain_text("result['double'] = 2")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("if variables[")
    page.get_by_role("option", name="amount").click()
    page.keyboard.type(":")
    page.keyboard.press("Enter")
    page.keyboard.type("result['big'] = True")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    wanted = "result['double'] = 2\nif variables['amount']:\n    result['big'] = True"
    expect(form.locator("[name=code]")).to_have_value(wanted)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(form).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") != "PT-CODE"
    form.get_by_role("button", name="Salvar etapa").click()
    expect(form.get_by_role("status")).to_be_visible()
    expect(editor).to_contain_text("variables['amount']")
    assert page.complaints == []


def test_a_query_is_completed_with_the_words_of_sql_and_the_variables_of_its_step(log_in, flows):
    page = opened(log_in(OWNER), f"{flows[4]}#n2")
    editor = page.locator("pt-code").get_by_role("textbox")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" status FROM orders WH")
    page.get_by_role("option", name="WHERE", exact=True).click()
    page.keyboard.type(" phone = :")
    page.get_by_role("option", name=":phone").click()
    wanted = "SELECT status FROM orders WHERE phone = :phone"
    expect(page.get_by_test_id("node-form").locator("[name=query]")).to_have_value(wanted)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type('{"find": {"phone": :')  # MongoDB's: variables as well, but no words of SQL
    page.get_by_role("option", name=":phone").click()
    page.keyboard.type('}, "wh')
    page.wait_for_timeout(500)
    expect(page.locator("pt-code").get_by_role("option")).to_have_count(0)
    assert page.complaints == []


def test_what_is_asked_for_before_the_canvas_has_come_is_shown_when_it_has(log_in, flows):
    page, held = log_in(OWNER), []
    page.route("**/chunks/builder-*.js", lambda route: held.append(route))
    page.goto(flows[2], wait_until="domcontentloaded")
    page.wait_for_function("window.htmx && document.readyState !== 'loading'")
    page.get_by_test_id("open-simulator").click()
    held.pop().continue_()
    expect(page.get_by_test_id("simulator")).to_be_visible()
    expect(page.locator("pt-builder[data-ready]")).to_be_visible()
    expect(page.get_by_test_id("simulator")).to_be_visible()
