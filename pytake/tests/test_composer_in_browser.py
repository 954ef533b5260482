"""The composer in Chromium against the real stack: templates after the window, buttons that a customer taps, pictures,
voice; what is cut off or cancelled leaves nothing half-sent."""

import re
import socket
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from apps.simulator.samples import photo
from pytake.tests.axe import violations
from pytake.tests.conftest import DESKTOP, PHONE
from pytake.tests.stack import meet, phone_of, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
LEAD = "helena@aurora.example"
# The page around it is looked at elsewhere; one row of two thousand emoji speaks for all.
OPENED = {
    "include": [["#thread-pane"], ["#modal"]],
    "exclude": [[".emoji-rows > :nth-child(n+3)"], ["[data-testid=thread]"]],
}
PICTURE = {"name": "vestido.jpg", "mimeType": "image/jpeg", "buffer": photo()}


@pytest.fixture
def chat(stack, log_in):
    """A conversation that the supervisor holds, begun by a customer's words."""

    def open_chat(key: str, words: str, size=DESKTOP, **options) -> Page:
        meet(stack, key)
        stack.control("inbound", {"customer": phone_of(key), "type": "text", "text": {"body": words}, "wait": True})
        query = "SELECT conversation_id FROM conversations_message WHERE text = %s AND direction = 'in'"
        wait_until(lambda: stack.rows(query, words), 30, "the message did not arrive")
        page = log_in(LEAD, size, **options)
        page.chat = str(stack.rows(query, words)[0][0])
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        with page.expect_websocket():
            page.goto(f"{stack.url}/o/loja-aurora/desk/conversations/{page.chat}/")
        pull = page.locator("#thread-pane").get_by_test_id("pull")
        if pull.count():
            pull.click()
        expect(page.get_by_test_id("composer-plus")).to_be_visible()
        return page

    return open_chat


@pytest.fixture
def customer(stack, open_context):
    def open_phone(key: str) -> Page:
        phone = open_context(PHONE).new_page()
        phone.goto(stack.simulator_url)
        phone.get_by_test_id("customer-list").get_by_role("button").filter(has_text=f"Cliente {key}").click()
        return phone

    return open_phone


def templates_are_here(stack):
    query = "SELECT 1 FROM whatsapp_template WHERE name = 'lembrete_de_retirada' AND status = 'APPROVED'"
    wait_until(lambda: stack.rows(query), 60, "no templates came from the simulator")


def end_window(stack, page):
    stack.rows(
        "UPDATE conversations_conversation SET window_expires_at = now() - interval '1 second' WHERE id = %s "
        "RETURNING 1",
        page.chat,
    )
    page.reload()


def sent(stack, page, kind):
    query = "SELECT payload FROM conversations_message WHERE conversation_id = %s AND direction = 'out' AND kind = %s"
    return [row[0] for row in stack.rows(query, page.chat, kind)]


def own(page, kind):
    return page.locator(f"[data-testid=thread] li.msg-out[data-kind={kind}]")


def begin(page, kind):
    page.get_by_test_id("composer-plus").click()
    page.get_by_test_id(f"compose-{kind}").click()
    expect(page.get_by_test_id("template-picker" if kind == "template" else "compose")).to_be_visible()


@pytest.mark.parametrize(("size", "key"), [(DESKTOP, "11"), (PHONE, "12")], ids=["desktop", "phone"])
def test_after_the_window_the_composer_is_the_template_picker(stack, chat, customer, size, key):
    templates_are_here(stack)
    page = chat(key, f"Meu pedido {key} já pode ser retirado?", size)
    end_window(stack, page)
    composer = page.locator("pt-composer")
    expect(composer.get_by_test_id("composer-text")).to_be_hidden()
    composer.get_by_test_id("template-search").fill("retirada")
    expect(composer.get_by_test_id("template")).to_have_count(1)
    composer.get_by_test_id("template").click()
    dialog = page.get_by_test_id("compose")
    dialog.get_by_test_id("compose-send").click()
    expect(dialog.locator("#compose-body-nome_error")).to_be_visible()
    for field, words in {"header-numero": f"#{key}", "body-nome": "Mariana", "body-loja": "Paulista"}.items():
        dialog.locator(f"[name={field}]").fill(words)
    dialog.locator("[name=body-data]").fill("sábado")
    expect(dialog.locator("[data-compose-preview]")).to_contain_text("na loja Paulista até sábado")
    dialog.get_by_test_id("compose-send").click()
    expect(dialog).to_be_hidden()
    expect(own(page, "template")).to_contain_text(f"Pedido #{key} à espera")
    phone = customer(key)
    expect(phone.get_by_test_id("phone-thread")).to_contain_text("separado na loja Paulista até sábado")
    expect(own(page, "template").get_by_test_id("ticks")).to_have_attribute("data-status", re.compile("read"))
    assert len(sent(stack, page, "template")) == 1
    assert [each for each in page.complaints if "422" not in each] == []


def test_a_picture_in_the_header_of_a_template(stack, chat, customer):
    templates_are_here(stack)
    page = chat("13", "Tem novidade?")
    begin(page, "template")
    page.get_by_test_id("template").filter(has_text="Colecao de verao").click()
    dialog = page.get_by_test_id("compose")
    dialog.locator("[name=file]").set_input_files(PICTURE)
    expect(dialog.locator("[data-preview-media] img")).to_be_visible()
    dialog.locator("[name=body-1]").fill("Lia")
    expect(dialog.locator("[data-compose-preview]")).to_contain_text("coleção de verão, Lia")
    expect(dialog.locator("[data-preview-media] img")).to_be_visible()
    dialog.get_by_test_id("compose-send").click()
    expect(dialog).to_be_hidden()
    expect(own(page, "template").locator("img")).to_be_visible()
    expect(customer("13").get_by_test_id("bubble").filter(has_text="coleção de verão").locator("img")).to_be_visible()
    assert page.complaints == []


def test_a_carousel_goes_out_with_a_picture_on_each_card_and_one_is_tapped(stack, chat, customer):
    templates_are_here(stack)
    page = chat("23", "Quais são as peças da semana?")
    begin(page, "template")
    page.get_by_test_id("template").filter(has_text="Vitrine da semana").click()
    dialog = page.get_by_test_id("compose")
    dialog.locator("[name=body-1]").fill("Lia")
    for at, price in enumerate(("R$ 199", "R$ 99")):
        dialog.locator(f"[name=card-{at}-file]").set_input_files(PICTURE)
        dialog.locator(f"[name=card-{at}-body-1]").fill(price)
        dialog.locator(f"[name=card-{at}-button-1]").fill("peca")
    expect(dialog.locator("[data-compose-preview]")).to_contain_text("Bolsa Areia por apenas R$ 99")
    expect(dialog.locator("[data-compose-preview] .carousel img")).to_have_count(2)
    dialog.get_by_test_id("compose-send").click()
    expect(dialog).to_be_hidden()
    expect(own(page, "template").locator(".carousel-card img")).to_have_count(2)
    cards = customer("23").get_by_test_id("cards")
    expect(cards.locator("img")).to_have_count(2)
    cards.locator(".slide").nth(1).get_by_test_id("button-0").click()
    expect(page.locator("[data-testid=thread] li.msg-in").filter(has_text="Quero esta")).to_contain_text("cartão 2")
    assert page.complaints == []


def test_buttons_are_tapped_by_the_customer(stack, chat, customer):
    page = chat("14", "Como recebo a compra?")
    begin(page, "buttons")
    dialog = page.get_by_test_id("compose")
    dialog.locator("[name=body]").fill("Como prefere receber o *pedido*?")
    dialog.locator("[name=button_0]").fill("Retirar na loja mais perto")
    expect(dialog.locator(".counter.is-over")).to_have_text("26/20")
    dialog.get_by_test_id("compose-send").click()
    expect(dialog.locator("#compose-button_0_error")).to_contain_text("20")
    expect(dialog.locator("[name=body]")).to_have_value("Como prefere receber o *pedido*?")
    dialog.locator("[name=button_0]").fill("Retirar na loja")
    dialog.locator("[name=button_1]").fill("Entrega")
    dialog.locator(".compose-more > summary").click()
    dialog.locator("[name=file]").set_input_files(PICTURE)
    expect(dialog.locator("[data-preview-media] img")).to_be_visible()
    expect(dialog.locator("[data-compose-preview] strong")).to_have_text("pedido")
    dialog.get_by_test_id("compose-send").click()
    expect(dialog).to_be_hidden()
    expect(own(page, "interactive").locator(".choices li")).to_have_count(2)
    expect(own(page, "interactive").locator("img")).to_be_visible()
    phone = customer("14")
    expect(phone.get_by_test_id("phone-thread").locator("img")).to_be_visible()
    phone.get_by_test_id("button-button-1").click()
    tapped = page.locator("[data-testid=thread] li.msg-in").filter(has_text="Retirar na loja")
    expect(tapped).to_be_visible()
    assert len(sent(stack, page, "interactive")) == 1


def test_a_list_is_opened_and_answered(stack, chat, customer):
    page = chat("15", "Preciso de ajuda")
    begin(page, "list")
    dialog = page.get_by_test_id("compose")
    dialog.locator("[name=body]").fill("Sobre o que é?")
    for at, words in enumerate(("Troca", "Entrega", "Pagamento")):
        dialog.locator(f"[name=row_{at}]").fill(words)
    dialog.locator("[data-add-row]").click()
    dialog.locator("[name=row_3]").fill("Outro assunto")
    dialog.get_by_test_id("compose-send").click()
    expect(dialog).to_be_hidden()
    phone = customer("15")
    phone.get_by_test_id("list-open").click()
    phone.get_by_test_id("list-row-row-4").click()
    answer = page.locator("[data-testid=thread] li.msg-in").filter(has_text="Outro assunto")
    expect(answer).to_be_visible()


PASTE = """async () => {
  const shown = document.querySelector(".tray-one img");
  await shown.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 200 });
  canvas.getContext("2d").drawImage(shown, 0, 0, 300, 200);
  const bytes = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "colada.jpg", { type: "image/jpeg" }));
  const event = new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
  document.querySelector("[data-testid=composer-text]").dispatchEvent(event);
}"""


def test_a_pasted_picture_and_a_picked_one_with_its_caption(stack, chat, customer):
    page = chat("16", "Tem foto do vestido?")
    page.get_by_test_id("composer-text").fill("Olha o *verde*")
    page.locator("[data-file]").set_input_files(PICTURE)
    page.evaluate(PASTE)
    expect(page.locator(".tray-item [data-tray-pick]")).to_have_count(2)
    page.locator("[data-tray-pick]").first.click()
    expect(page.locator(".composer-formatted strong")).to_have_text("verde")
    page.get_by_test_id("composer-send").click()
    expect(own(page, "image")).to_have_count(2)
    expect(own(page, "image").first).to_contain_text("Olha o verde")
    thread = customer("16").get_by_test_id("phone-thread")
    expect(thread.locator("img")).to_have_count(2)
    expect(thread).to_contain_text("Olha o verde")


def test_a_voice_message_is_recorded_heard_and_plays_on_the_phone(stack, chat, customer):
    page = chat("17", "Pode explicar por áudio?")
    page.get_by_test_id("voice-start").click()
    expect(page.locator("[data-voice-clock]")).to_have_text("0:01")
    page.get_by_test_id("voice-cancel").click()
    expect(page.get_by_test_id("voice-bar")).to_be_hidden()
    page.get_by_test_id("voice-start").click()
    expect(page.locator("[data-voice-clock]")).to_have_text("0:02")
    page.get_by_test_id("voice-stop").click()
    player = page.locator("[data-voice-listen] pt-audio")
    player.locator(".voice-play").click()
    expect(player).to_have_class(re.compile("is-playing"))
    page.get_by_test_id("voice-send").click()
    expect(own(page, "audio")).to_have_count(1)
    expect(own(page, "audio").locator("pt-audio")).to_be_visible()
    assert [each.get("voice") for each in sent(stack, page, "audio")] == [True]
    query = "SELECT f.mime, f.duration FROM media_storedfile f JOIN conversations_message m ON m.media_id = f.id "
    ((mime, duration),) = stack.rows(query + "WHERE m.conversation_id = %s", page.chat)
    assert mime.startswith("audio/ogg")
    assert 0.5 < duration < 6  # a busy machine hears less than the clock shows
    phone = customer("17")
    bubble = phone.locator('[data-testid=bubble][data-type="audio"]')
    bubble.locator(".voice-play").click()
    expect(bubble.locator(".voice-time")).to_have_text(re.compile("0:0[1-9]"))
    expect(own(page, "audio").get_by_test_id("ticks")).to_have_attribute("data-status", re.compile("played|read"))
    assert page.complaints == []


def test_a_network_loss_during_an_upload_sends_nothing_half_and_then_once(stack, chat):
    page = chat("18", "Manda a nota?")
    page.route("**/upload/", lambda route: route.abort("connectionreset"))
    page.locator("[data-file]").set_input_files(PICTURE)
    page.get_by_test_id("composer-send").click()
    stuck = page.locator("[data-testid=thread] li.msg-out.is-stuck")
    expect(stuck).to_be_visible()
    assert sent(stack, page, "image") == []
    page.unroute("**/upload/")
    stuck.locator("[data-send-again]").click()
    expect(own(page, "image")).to_have_count(1)
    wait_until(lambda: len(sent(stack, page, "image")) == 1, 15)


def test_half_an_upload_keeps_neither_message_nor_file(stack, chat):
    page = chat("22", "E o comprovante?")
    files = stack.rows("SELECT count(*) FROM media_storedfile")
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies(stack.url))
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    begun = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + PICTURE["buffer"]
    address = urlsplit(page.locator("pt-composer").get_attribute("data-upload-url")).path
    head = f"POST {address} HTTP/1.1\r\nHost: {urlsplit(stack.url).netloc}\r\nCookie: {cookies}\r\n"
    head += f"X-CSRFToken: {token}\r\nHX-Request: true\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    with socket.create_connection((urlsplit(stack.url).hostname, urlsplit(stack.url).port), 10) as line:
        line.sendall(f"{head}Content-Length: {len(begun) * 2}\r\n\r\n".encode() + begun)
    page.get_by_test_id("composer-text").fill("Segue o comprovante")
    page.get_by_test_id("composer-send").click()
    expect(own(page, "text").get_by_test_id("ticks")).to_have_attribute(
        "data-status", re.compile("sent|delivered|read")
    )
    assert sent(stack, page, "image") == []
    assert stack.rows("SELECT count(*) FROM media_storedfile") == files


def test_a_cancelled_upload_leaves_nothing(stack, chat):
    page = chat("19", "Manda o vídeo?")
    held = []
    page.route("**/upload/", lambda route: held.append(route))  # it never arrives
    page.locator("[data-file]").set_input_files(PICTURE)
    page.get_by_test_id("composer-send").click()
    waiting = page.locator("[data-testid=thread] li.msg-out.is-pending")
    expect(waiting.locator("progress")).to_be_visible()
    waiting.get_by_test_id("upload-cancel").click()
    expect(page.locator("[data-testid=thread] li.msg-out")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")
    page.get_by_test_id("composer-text").fill("Segue sem o vídeo")
    page.get_by_test_id("composer-send").click()
    expect(own(page, "text")).to_have_count(1)
    assert sent(stack, page, "image") == []


def test_an_emoji_is_found_by_its_portuguese_name_with_the_keyboard(chat):
    page = chat("20", "Obrigada!")
    page.get_by_test_id("composer-text").fill("De nada ")
    page.get_by_test_id("composer-emoji").press("Enter")
    panel = page.get_by_test_id("emoji-panel")
    panel.locator("input").fill("coracao vermelho")
    expect(panel.locator(".emoji-rows button").first).to_have_text(re.compile("❤"))
    panel.locator("input").press("Enter")
    expect(page.get_by_test_id("composer-text")).to_have_value(re.compile("De nada ❤"))
    assert page.complaints == []


AT_ONCE = """panel => {
  const search = panel.querySelector("input");
  panel.showPopover();
  search.value = "coracao vermelho";
  search.dispatchEvent(new Event("input"));
}"""


def test_who_types_as_soon_as_the_emoji_are_open_finds_what_was_typed(chat):
    page = chat("24", "Obrigada!")
    panel = page.get_by_test_id("emoji-panel")
    panel.evaluate(AT_ONCE)
    expect(panel.locator(".emoji-rows button").first).to_have_text(re.compile("❤"))
    expect(panel.locator("input")).to_have_value("coracao vermelho")
    page.keyboard.press("Escape")
    page.get_by_test_id("composer-emoji").click()
    expect(panel.locator("input")).to_have_value("")
    assert page.complaints == []


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark"])
def test_axe_finds_nothing_in_what_the_composer_opens(stack, chat, scheme, size):
    templates_are_here(stack)
    page = chat("21", f"Oi, {scheme}", size, color_scheme=scheme)
    page.context.add_cookies([{"name": "theme", "value": scheme, "url": stack.url}])
    page.reload()
    page.locator("[data-file]").set_input_files([PICTURE, {**PICTURE, "name": "b.jpg"}])
    page.get_by_test_id("composer-text").fill("Veja *isto*")
    expect(page.locator(".composer-formatted strong")).to_be_visible()
    assert violations(page, OPENED) == []
    page.get_by_test_id("composer-emoji").click()
    expect(page.locator(".emoji-rows button").first).to_be_visible()
    if size == PHONE:  # all two thousand are looked at once, on the desktop
        page.get_by_test_id("emoji-panel").locator("input").fill("coracao")
    assert violations(page, OPENED) == []
    page.keyboard.press("Escape")
    for kind in ("template", "list"):
        begin(page, kind)
        assert violations(page, OPENED) == []
        page.locator("#modal [data-close]").first.click()
    end_window(stack, page)
    expect(page.locator("pt-composer").get_by_test_id("template").first).to_be_visible()
    assert violations(page, OPENED) == []
