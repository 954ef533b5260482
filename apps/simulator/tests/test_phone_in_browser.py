"""The phone page in Chromium, wide and narrow: what a person does there, and that everybody can use it."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, async_playwright, expect

from apps.simulator.tests.conftest import NUMBER, Lab, receiving, simulating, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
LIST = {
    "type": "list",
    "body": {"text": "Escolha um assunto."},
    "action": {"button": "Ver assuntos", "sections": [{"rows": [{"id": "troca", "title": "Troca ou devolução"}]}]},
}
BUTTON = {
    "type": "button",
    "body": {"text": "Posso ajudar?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "sim", "title": "Sim, por favor"}}]},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which(os.environ.get("CHROMIUM") or "chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def lab(browser: Browser) -> AsyncIterator[Lab]:
    async with receiving() as receiver, simulating(receiver) as running:
        yield running
        for context in browser.contexts:
            await context.close()


VIOLATIONS = """async () => {
  const options = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] };
  return (await axe.run(document, options)).violations.map(({ id, nodes }) => [id, nodes[0].html]);
}"""


async def opened(browser: Browser, lab: Lab, size: dict, theme: str = "light") -> tuple[Page, list[str]]:
    context = await browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type in ("error", "warning") else None)
    await page.goto(lab.url)
    await page.get_by_test_id("customer-1").click()
    return page, troubles


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_person_writes_taps_and_sees_the_ticks_turn_blue(lab, browser, size) -> None:
    page, troubles = await opened(browser, lab, size)
    await page.get_by_test_id("phone-input").fill("Oi, *tudo* bem?")
    await page.get_by_test_id("phone-send").click()
    first = page.get_by_test_id("bubble").first
    await expect(first).to_have_attribute("data-status", "delivered")
    theirs = (await until(lab.receiver.messages))[0]["id"]
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": theirs}
    await lab.graph("POST", f"{NUMBER}/messages", {**read, "typing_indicator": {"type": "text"}})
    await expect(first).to_have_attribute("data-status", "read")
    await expect(page.get_by_test_id("typing")).to_be_visible()
    answer = await lab.sent("interactive", BUTTON, context={"message_id": theirs})
    await page.get_by_test_id("button-sim").click()
    await expect(page.get_by_test_id("typing")).to_have_count(0)
    await until(lambda: lab.receiver.names(answer)[-1:] == ["read"])
    await lab.sent("interactive", LIST)
    await page.get_by_test_id("list-open").click()
    await page.get_by_test_id("list-row-troca").click()
    await page.get_by_test_id(f"react-{answer}").click()
    await page.get_by_test_id("emoji-❤️").click()
    await expect(page.get_by_test_id("reaction")).to_have_text("❤️")
    await page.get_by_test_id("attach-location").click()
    await until(lambda: len(lab.receiver.messages()) == 5)
    kinds = [message["type"] for message in lab.receiver.messages()]
    assert kinds == ["text", "interactive", "interactive", "reaction", "location"]
    assert lab.receiver.messages()[1]["context"]["id"] == answer
    assert troubles == []


async def test_photos_and_voice_notes_can_be_sent_without_a_file_or_a_microphone(lab, browser) -> None:
    page, _ = await opened(browser, lab, NARROW)
    picture = {"name": "foto.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    await page.get_by_test_id("attach-photo").set_input_files(picture)
    await until(lambda: len(lab.receiver.messages()) == 1)
    await page.get_by_test_id("attach-open").click()
    await page.get_by_test_id("sample-photo").click()
    await until(lambda: len(lab.receiver.messages()) == 2)
    await page.get_by_test_id("record-voice").click()
    await until(lambda: len(lab.receiver.messages()) == 3)
    assert [message["type"] for message in lab.receiver.messages()] == ["image", "image", "audio"]


async def test_switching_the_phone_off_holds_the_second_tick(lab, browser) -> None:
    await lab.says()
    page, _ = await opened(browser, lab, WIDE)
    # A look at the server that was under way shows the switch as it was, for a moment.
    await page.get_by_test_id("offline").click(force=True)
    await expect(page.get_by_text("as mensagens da empresa esperam")).to_be_visible()
    wamid = await lab.sent("text", {"body": "Está aí?"})
    await until(lambda: lab.receiver.names(wamid) == ["sent"])
    await expect(page.get_by_test_id("bubble")).to_have_count(1)
    await page.get_by_test_id("offline").click(force=True)
    await expect(page.get_by_text("Está aí?").last).to_be_visible()
    await until(lambda: lab.receiver.names(wamid) == ["sent", "delivered", "read"])


async def test_the_page_speaks_english_when_asked(lab, browser) -> None:
    page, _ = await opened(browser, lab, WIDE)
    await page.get_by_test_id("language").click()
    await expect(page.get_by_role("heading", name="Test phone").first).to_be_attached()
    assert await page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide-light", "narrow-dark"])
async def test_axe_finds_nothing(lab, browser, size, theme) -> None:
    await lab.says("1", "image", {"sample": True, "caption": "Olha"})
    await lab.says("1", "audio", {"sample": True})
    await lab.sent("interactive", LIST)
    page, _ = await opened(browser, lab, size, theme)
    await expect(page.get_by_test_id("bubble")).to_have_count(3)
    await page.evaluate(AXE_SCRIPT)
    for open_next in ("", "attach-open", "list-open"):
        if open_next:
            await page.get_by_test_id(open_next).click()
        assert await page.evaluate(VIOLATIONS) == []
