"""The phone: looking reads, being away or off does not, and every touch becomes a webhook."""

import json
import re
from pathlib import Path

import aiohttp
import pytest

from apps.simulator.tests.conftest import NUMBER, until

pytestmark = pytest.mark.asyncio
ROOT = Path(__file__).parents[1]


async def looking(lab, customer: str = "1") -> aiohttp.ClientWebSocketResponse:
    socket = await lab.session.ws_connect(f"{lab.url}/live")
    await socket.send_json({"type": "look", "customer": customer, "number": NUMBER})
    return socket


async def next_event(socket, kind: str) -> dict:
    while True:
        event = json.loads((await socket.receive(timeout=5)).data)
        if event["type"] == kind:
            return event


async def test_messages_are_read_only_while_the_chat_is_open(lab) -> None:
    await lab.says()
    away = await lab.sent()
    await until(lambda: lab.receiver.names(away) == ["sent", "delivered"])
    other = await looking(lab, "2")
    still = await lab.sent()
    await until(lambda: lab.receiver.names(still) == ["sent", "delivered"])
    await other.close()
    phone = await looking(lab)
    await until(lambda: lab.receiver.names(away)[-1] == lab.receiver.names(still)[-1] == "read")
    here = await lab.sent()
    await until(lambda: lab.receiver.names(here) == ["sent", "delivered", "read"])
    await phone.close()


async def test_a_phone_that_is_off_holds_what_arrives(lab) -> None:
    await lab.says()
    await lab.post("/phone/online", {"customer": "1", "online": False})
    phone = await looking(lab)
    wamid = await lab.sent()
    later = await lab.sent("reaction", {"message_id": wamid, "emoji": "👍"})
    await until(lambda: lab.receiver.names(later) == ["sent"])
    assert lab.receiver.names(wamid) == ["sent"]
    shown = (await lab.get("/phone/thread", customer="1", number=NUMBER))["messages"]
    assert [m["mine"] for m in shown] == [True]
    await lab.post("/phone/online", {"customer": "1", "online": True})
    await until(lambda: lab.receiver.names(wamid) == ["sent", "delivered", "read"])
    await phone.close()


async def test_bubbles_ticks_and_typing_arrive_live(lab) -> None:
    phone = await looking(lab)
    chat = {"customer": "1", "number": NUMBER}
    sent = await lab.post("/phone/send", {**chat, "type": "text", "content": {"body": "Oi"}})
    seen = [(await next_event(phone, "message"))["message"]["status"] for _ in range(2)]
    assert seen == ["sent", "delivered"]
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": sent["message"]["id"]}
    await lab.graph("POST", f"{NUMBER}/messages", {**read, "typing_indicator": {"type": "text"}})
    assert (await next_event(phone, "message"))["message"]["status"] == "read"
    assert (await next_event(phone, "typing"))["seconds"] == 25
    wamid = await lab.sent()
    arrived = await next_event(phone, "message")
    assert (arrived["message"]["id"], arrived["message"]["mine"]) == (wamid, False)
    await phone.close()


async def test_buttons_lists_and_templates_can_be_drawn(lab) -> None:
    await lab.says()
    buttons = {"buttons": [{"type": "reply", "reply": {"id": "sim", "title": "Sim"}}]}
    await lab.sent("interactive", {"type": "button", "body": {"text": "Pode?"}, "action": buttons})
    rows = {"button": "Ver", "sections": [{"rows": [{"id": "r1", "title": "Um"}]}]}
    await lab.sent("interactive", {"type": "list", "body": {"text": "Escolha"}, "action": rows})
    values = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "15%"}]
    reply = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": 0,
        "parameters": [{"type": "payload", "payload": "P"}],
    }
    offer = {"name": "oferta_da_semana", "language": {"code": "pt_BR"}}
    last = await lab.sent("template", {**offer, "components": [{"type": "body", "parameters": values}, reply]})
    await until(lambda: "delivered" in lab.receiver.names(last))
    _, button, listing, template = (await lab.get("/phone/thread", customer="1", number=NUMBER))["messages"]
    assert button["buttons"] == [{"id": "sim", "title": "Sim", "kind": "reply"}]
    assert listing["list"]["sections"][0]["rows"][0]["id"] == "r1"
    assert template["header"] == "Oferta da semana"
    assert "Separamos 15%" in template["text"]
    assert [b["payload"] for b in template["buttons"]] == ["P", "Parar promoções"]


async def test_a_recording_becomes_a_voice_note_the_business_can_fetch(lab) -> None:
    sample = await lab.post("/phone/sample", {"kind": "audio"})
    chat = {"customer": "1", "number": NUMBER}
    await lab.post("/phone/send", {**chat, "type": "audio", "content": {"id": sample["id"]}})
    await until(lab.receiver.messages)
    assert lab.receiver.messages()[0]["audio"]["voice"] is True
    headers = {"Range": "bytes=0-3"}
    async with lab.session.get(f"{lab.url}/phone/media/{sample['id']}", headers=headers) as response:
        assert (response.status, await response.read()) == (206, b"OggS")
    broken = await lab.session.post(f"{lab.url}/phone/media", data=b"x", headers={"Content-Type": "audio/webm"})
    assert broken.status == 400


async def test_a_played_voice_note_is_reported_once(lab) -> None:
    await lab.faults(auto_read=True, window="off")
    sample = await lab.post("/phone/sample", {"kind": "audio"})
    wamid = await lab.sent("audio", {"id": sample["id"]})
    await until(lambda: "read" in lab.receiver.names(wamid))
    for _ in range(2):
        await lab.post("/phone/played", {"id": wamid})
    await until(lambda: lab.receiver.names(wamid) == ["sent", "delivered", "read", "played"])


async def test_people_can_be_added(lab) -> None:
    added = await lab.post("/phone/customers", {"name": "Ana", "phone": "+55 21 98765-4321"})
    hidden = await lab.post("/phone/customers", {"name": "Bia", "username": "@bia"})
    assert (added["key"], added["wa_id"]) == ("4", "5521987654321")
    assert (hidden["key"], hidden["phone"], hidden["username"]) == ("5", "", "bia")
    async with lab.session.post(f"{lab.url}/phone/customers", json={"name": "Sem nada"}) as response:
        assert response.status == 400


async def test_files_that_could_run_are_never_shown_in_the_page(lab) -> None:
    page = {"Content-Type": "text/html"}
    async with lab.session.post(f"{lab.url}/phone/media", data=b"<script>", headers=page) as response:
        stored = await response.json()
    async with lab.session.get(f"{lab.url}/phone/media/{stored['id']}") as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.content_type == "application/octet-stream"


async def test_the_page_is_strict(lab) -> None:
    async with lab.session.get(lab.url + "/") as response:
        page = await response.text()
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        async with lab.session.get(lab.url + path) as asset:
            assert asset.status == 200


async def test_both_languages_know_every_word() -> None:
    words = (ROOT / "static" / "words.js").read_text()
    portuguese, english = words.split("const en = {")
    keys = [set(re.findall(r"\b([a-z]\w*): \"", part.split("};")[0])) for part in (portuguese, english)]
    assert keys[0] == keys[1]
    used = set(re.findall(r'data-(?:t|label|placeholder)="(\w+)"', (ROOT / "pages" / "phone.html").read_text()))
    for script in (ROOT / "static").glob("*.js"):
        used |= set(re.findall(r'\bt\("(\w+)"', script.read_text()))
    assert used <= keys[0]


async def test_a_page_of_another_site_cannot_listen(lab) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await lab.session.ws_connect(f"{lab.url}/live", headers={"Origin": "https://evil.example"})
