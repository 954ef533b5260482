"""The same bot of ten steps: drawn with the mouse on the canvas, and written with the keyboard in the outline."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from pytake.tests.axe import violations_of_both

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
OWNER = "marina@aurora.example"


@pytest.fixture
def new_bot(stack, log_in):
    """`new_bot(name)` creates it and opens its main flow's page, `canvas` or `outline`."""

    def make(name: str, link: str) -> Page:
        page = log_in(OWNER)
        page.goto(f"{stack.url}/o/loja-aurora/bots/new/")
        page.fill("[name=name]", name)
        page.press("[name=name]", "Enter")
        page.get_by_test_id("flow").get_by_role("link", name=re.compile(link)).first.click()
        return page

    return make


STEPS = {
    "message": {"text": "Olá! Eu ajudo você."},
    "question": {"text": "Qual é o seu nome?", "variable": "name"},
    "set_variable": {"variable": "seen", "value": "sim"},
    "buttons": {"text": "Sobre o que é, {{name}}?", "Botão 1": "Vendas", "Botão 2": "Suporte"},
}
EDGES = 9


def fill(page: Page, fields: dict[str, str]) -> Locator:
    """The drawer's form, filled in."""
    form = page.get_by_test_id("node-form")
    for name, value in fields.items():
        cell = form.get_by_label(name, exact=True)
        if name.startswith("Botão"):
            while not cell.count():
                form.get_by_role("button", name="Adicionar", exact=True).click()
            cell.fill(value)
        else:
            form.locator(f"[name={name}]").fill(value)
    return form


def write(page: Page, fields: dict[str, str]) -> None:
    """The drawer's form, filled in and saved."""
    form = fill(page, fields)
    form.get_by_role("button", name="Salvar etapa").click()
    expect(form.get_by_role("status")).to_be_visible()


def add(page: Page, kind: str, fields: dict[str, str] | None = None, after: str = "") -> None:
    """A click in the palette: behind the chosen step, or behind `after`."""
    if after:
        page.locator(f".react-flow__node[data-id={after}] .bn-head").click()
    before = page.locator(".react-flow__node-step").count()
    page.locator(f".palette-kind[data-kind={kind}]").click()
    expect(page.locator(".react-flow__node-step")).to_have_count(before + 1)
    expect(page.get_by_test_id("node-form")).to_have_attribute("action", re.compile(f"/n{before}/$"))
    if fields:
        write(page, fields)


def test_a_bot_of_ten_steps_is_drawn_with_the_mouse_and_published(new_bot):
    page = new_bot("Mouse", "^Fluxo|^Main flow")
    expect(page.locator("pt-builder[data-ready] .react-flow__node-step")).to_have_count(1)
    canvas = page.locator("[data-canvas]")
    page.locator(".palette-kind[data-kind=message]").drag_to(canvas, target_position={"x": 420, "y": 200})
    write(page, STEPS["message"])
    for kind in ("question", "set_variable", "buttons"):
        add(page, kind, STEPS[kind])
    add(page, "message", {"text": "Vamos às ofertas."})
    add(page, "end")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Mostrar tudo").click()
    add(page, "message", {"text": "Já vejo isso."}, after="n4")
    add(page, "handoff", {"text": "Uma pessoa já vem."})
    page.get_by_role("button", name="Mostrar tudo").click()
    add(page, "event", {"name": "suporte"}, after="start")
    page.get_by_role("button", name="Mostrar tudo").click()
    source = page.locator(".react-flow__node[data-id=n9] .react-flow__handle-right")
    source.drag_to(page.locator(".react-flow__node[data-id=n1] .react-flow__handle-left"))
    expect(page.locator(".react-flow__node-step")).to_have_count(10)
    expect(page.locator(".react-flow__edge")).to_have_count(EDGES)
    expect(page.locator("[data-save-state]")).to_have_text("Salvo")
    page.get_by_role("button", name="Publicar").click()
    form = page.get_by_test_id("publish-form")
    expect(form).to_be_visible()
    assert form.get_by_role("alert").all_inner_texts() == []
    form.get_by_role("button", name="Publicar").click()
    page.wait_for_url("**/versions/")
    expect(page.get_by_test_id("version")).to_have_count(1)


FOCUSED = "() => { const at = document.activeElement; return [at.name, at.ariaLabel, at.textContent.trim()] }"


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Until the field of that name, or the control with that text, has the focus. A page that was just opened has a
    link to its content, past the menu."""
    if key == "Tab" and page.evaluate("document.activeElement === document.body && !location.hash"):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    for _press in range(80):
        page.keyboard.press(key)
        if wanted in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{wanted} can't be reached")


def write_by_keyboard(page: Page, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        if name == "Botão 1":
            expect(page.get_by_label(name)).to_be_visible()  # made of the plain field
        if name == "Botão 2":
            tab_to(page, "Adicionar")
            page.keyboard.press("Enter")
        else:
            tab_to(page, name)
            page.keyboard.press("Control+A")
        page.keyboard.type(value)
    tab_to(page, "Salvar etapa")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    form = page.get_by_test_id("node-form")
    assert form.get_by_role("status").is_visible(), form.inner_html()


def add_by_keyboard(page: Page, title: str, fields: dict[str, str] | None = None, down: int = 0) -> None:
    """Behind the step whose form is open; the kind that is `down` from the one of that title."""
    if page.evaluate(FOCUSED)[0] != "kind":
        tab_to(page, "Adicionar depois desta")
        page.keyboard.press("Enter")
    page.keyboard.type(title)
    for _press in range(down):
        page.keyboard.press("ArrowDown")
    tab_to(page, "Adicionar")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if fields:
        write_by_keyboard(page, fields)


def open_by_keyboard(page: Page, step: str) -> None:
    tab_to(page, step, "Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_same_bot_is_written_with_the_keyboard_alone(new_bot):
    page = new_bot("Teclado", "^Lista de etapas")
    tab_to(page, "kind")
    add_by_keyboard(page, "Mensagem", STEPS["message"])
    add_by_keyboard(page, "Pergunta", STEPS["question"])
    add_by_keyboard(page, "Definir", STEPS["set_variable"])
    add_by_keyboard(page, "Pergunta", STEPS["buttons"], down=1)
    add_by_keyboard(page, "Mensagem", {"text": "Vamos às ofertas."})
    add_by_keyboard(page, "Fim")
    open_by_keyboard(page, "5. Botões")
    add_by_keyboard(page, "Mensagem", {"text": "Já vejo isso."})
    add_by_keyboard(page, "Evento", {"name": "suporte"})
    add_by_keyboard(page, "Transferir", {"text": "Uma pessoa já vem."})
    assert page.get_by_test_id("outline").locator(".outline-row").count() == 10
    assert page.get_by_test_id("outline").locator(".outline-row:has(.text-danger)").all_inner_texts() == []
    tab_to(page, "Publicar", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/")
    tab_to(page, "Publicar")
    page.keyboard.press("Enter")
    page.wait_for_url("**/versions/")


PAGES = {
    "canvas": "flows/{flow}/#n1",
    "outline": "flows/{flow}/outline/?step=n2",
    "outline's figures": "flows/{flow}/outline/?figures=1",
    "publish": "flows/{flow}/publish/",
    "versions": "flows/{flow}/versions/",
    "diff": "flows/{flow}/versions/{version}/",
    "figures": "flows/{flow}/figures/",
    "replay": "sessions/{session}/",
}
# A flow in two versions with a session that ended and one that stopped at the question.
WALKED = """
from apps.chatbots.models import Bot, Flow, Session, Step
from apps.chatbots import services
from apps.chatbots.tests.flows import flow_of
from apps.contacts.models import Contact
from apps.conversations.models import Conversation
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.models import Number
with tenant_scope(Organization.objects.get(slug="loja-aurora")):
    flow = services.create_bot(name="Andado", by=None).flows.get()
    steps = [("start", {}), ("question", {"text": "Nome?", "variable": "name", "type": "text"}), ("end", {})]
    for revision, text in enumerate(("Nome?", "Qual é o seu nome?"), 1):
        steps[1][1]["text"] = text
        services.save_draft(flow, flow_of(steps), revision, None)
        version = services.publish(flow, None)
    for number, status in enumerate(("ended", "failed")):
        contact = Contact.objects.create(name="Ana", phone=f"551197777800{number}")
        chat = Conversation.objects.create(contact=contact, number=Number.objects.first(), state="closed")
        walk = [("n1", "start", "next"), ("n2", "question", ""), ("n2", "question", "next"), ("n3", "end", "ended")]
        walk = walk[: 4 if status == "ended" else 2]
        session = Session.objects.create(conversation=chat, version=version, status=status, steps_taken=len(walk))
        for at, (node, kind, port) in enumerate(walk, 1):
            Step.objects.create(session=session, version=version, number=at, node_id=node, kind=kind, port=port)
    print(flow.pk, version.pk, session.pk)
"""


def test_axe_finds_nothing_on_the_pages_of_a_flow_and_its_figures_are_drawn(stack, log_in):
    flow, version, session = stack.manage("shell", "-v", "0", "-c", WALKED).split()
    page, found = log_in(OWNER), []
    for name, path in PAGES.items():
        page.goto(f"{stack.url}/o/loja-aurora/bots/{path.format(flow=flow, version=version, session=session)}")
        if page.locator("pt-builder").count():
            expect(page.locator("pt-builder[data-ready] .react-flow__node-step")).to_have_count(3)
        if name == "canvas":
            page.get_by_role("button", name="Números").click()
        if name in ("canvas", "figures"):
            question = page.locator(".react-flow__node[data-id=n2] .bn-stats")
            expect(question).to_contain_text("50%")
            expect(page.get_by_test_id("figures").locator("tr[data-node=n2] td").first).to_have_text("2")
        found += [f"{name} {each}" for each in violations_of_both(page)]
    assert found == []


def test_a_step_s_form_that_arrives_late_does_not_push_out_the_panel_that_was_asked_for_after_it(new_bot):
    page = new_bot("Gaveta", "^Fluxo|^Main flow")
    expect(page.locator("pt-builder[data-ready] .react-flow__node-step")).to_have_count(1)
    held = []
    page.route("**/steps/start/", lambda route: held.append(route))
    with page.expect_request("**/steps/start/"):
        page.locator(".react-flow__node[data-id=start] .bn-head").click()
    page.get_by_role("button", name="Números").click()
    expect(page.get_by_test_id("figures")).to_be_visible()
    with page.expect_response("**/steps/start/"):
        held.pop().continue_()
    page.get_by_role("button", name="Mostrar tudo").click()
    expect(page.get_by_test_id("figures")).to_be_visible()
    expect(page.get_by_test_id("node-form")).to_have_count(0)


def head(page: Page, step: str) -> Locator:
    return page.locator(f".react-flow__node[data-id={step}] .bn-head")


def test_what_is_typed_in_a_step_is_kept_when_it_is_left_and_decides_where_the_next_one_comes(new_bot):
    page = new_bot("Pressa", "^Fluxo|^Main flow")
    add(page, "buttons", after="start")
    held = []
    page.route("**/draft/", lambda route: held.append(route) if route.request.method == "GET" else route.continue_())
    fill(page, {"text": "Olá! Sobre o que é?", "Botão 1": "Vendas", "Botão 2": "Suporte"})
    with page.expect_request(lambda asked: asked.url.endswith("/draft/") and asked.method == "GET"):
        page.locator(".palette-kind[data-kind=message]").click()
    expect(page.locator(".react-flow__node-step")).to_have_count(2)  # it waits for its place
    held.pop().continue_()
    page.unroute("**/draft/")
    expect(page.get_by_test_id("node-form")).to_have_attribute("action", re.compile("/n2/$"))
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    fill(page, {"text": "Vamos às ofertas."})
    head(page, "n1").click()
    form = page.get_by_test_id("node-form")
    expect(form).to_have_attribute("action", re.compile("/n1/$"))
    expect(form.get_by_label("Botão 2")).to_have_value("Suporte")
    expect(form.get_by_label("Vendas")).to_have_value("n2")
    head(page, "n2").click()
    expect(form.locator("[name=text]")).to_have_value("Vamos às ofertas.")


def test_what_is_typed_while_a_step_is_being_saved_stays_and_is_saved_too(new_bot):
    page = new_bot("Depressa", "^Fluxo|^Main flow")
    add(page, "message", after="start")
    form, held = fill(page, {"text": "Olá!"}), []

    def hold_first(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/steps/n1/", hold_first)
    with page.expect_request(lambda asked: asked.url.endswith("/steps/n1/") and asked.method == "POST"):
        form.get_by_role("button", name="Salvar etapa").click()
    fill(page, {"text": "Olá! Tudo bem?"})
    head(page, "start").click()
    held[0].continue_()
    expect(form).to_have_attribute("action", re.compile("/start/$"))
    head(page, "n1").click()
    expect(form.locator("[name=text]")).to_have_value("Olá! Tudo bem?")


def test_a_step_that_is_added_is_seen_beside_its_form(new_bot):
    page = new_bot("Vista", "^Fluxo|^Main flow")
    for after in ("start", "n1", "n2"):
        add(page, "message", after=after)
        added = page.locator(".react-flow__node-step.selected")
        expect(added).to_be_in_viewport(ratio=1)
        drawer = page.locator("#flow-drawer").bounding_box()
        page.wait_for_function(
            "x => document.querySelector('.react-flow__node-step.selected').getBoundingClientRect().right <= x",
            arg=drawer["x"],
        )


def test_a_step_that_is_refused_stays_open_until_it_is_mended_or_thrown_away(new_bot):
    page = new_bot("Recusa", "^Fluxo|^Main flow")
    add(page, "question", STEPS["question"], after="start")
    form = fill(page, {"text": "Como você se chama?", "retries": "99"})
    head(page, "start").click()
    expect(form.locator("[name=retries]")).to_be_focused()
    expect(form.locator(".has-errors").get_by_role("alert")).to_be_in_viewport()
    expect(form.locator("[name=text]")).to_have_value("Como você se chama?")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 422):
        page.locator("[data-close-drawer]").click()
    form.get_by_role("button", name="Descartar").click()
    expect(form).to_have_count(0)
    head(page, "n1").click()
    expect(form.locator("[name=text]")).to_have_value("Qual é o seu nome?")
