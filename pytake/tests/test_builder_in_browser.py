"""A bot is drawn with the mouse and published."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pytake.tests.test_accessibility import RULES

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
        page.get_by_test_id("flow").get_by_role("link", name=re.compile(link)).click()
        return page

    return make


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def test_a_bot_is_drawn_with_the_mouse_and_published(new_bot):
    page = new_bot("Mouse", "^Fluxo|^Main flow")
    expect(page.locator("pt-builder[data-ready] .react-flow__node-step")).to_have_count(1)
    canvas = page.locator("[data-canvas]")
    page.locator(".palette-kind[data-kind=message]").drag_to(canvas, target_position={"x": 420, "y": 200})
    form = page.get_by_test_id("node-form")
    form.locator("[name=text]").fill("Olá! Como podemos ajudar?")
    form.get_by_role("button", name="Salvar etapa").click()
    expect(form.get_by_role("status")).to_be_visible()
    page.locator(".palette-kind[data-kind=end]").click()
    expect(page.locator(".react-flow__node-step")).to_have_count(3)
    source = page.locator(".react-flow__node[data-id=start] .react-flow__handle-right")
    source.drag_to(page.locator(".react-flow__node[data-id=n1] .react-flow__handle-left"))
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    expect(page.locator("[data-save-state]")).to_have_text("Salvo")
    assert violations(page) == []
    page.get_by_role("button", name="Publicar").click()
    page.get_by_test_id("publish-form").get_by_role("button", name="Publicar").click()
    page.wait_for_url("**/versions/")
    expect(page.get_by_test_id("version")).to_have_count(1)
