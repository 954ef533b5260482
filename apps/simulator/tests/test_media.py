"""Media: upload, short-lived addresses, the token, limits, and sends by link."""

import io

import aiohttp
import pytest
from aiohttp import web

from apps.simulator import ogg, samples
from apps.simulator.tests.conftest import NUMBER, until

pytestmark = pytest.mark.asyncio
AUTH = {"Authorization": "Bearer simulator-token"}


def form(data: bytes, mime_type: str) -> aiohttp.FormData:
    made = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime_type})
    made.add_field("file", io.BytesIO(data), filename="foto.jpg", content_type=mime_type)
    return made


async def uploaded(lab, data: bytes = b"jpeg", mime_type: str = "image/jpeg") -> str:
    status, body = await lab.graph("POST", f"{NUMBER}/media", data=form(data, mime_type))
    assert status == 200, body
    return body["id"]


async def test_a_file_comes_back_only_with_the_token_and_in_time(lab) -> None:
    media_id = await uploaded(lab)
    _, card = await lab.graph("GET", media_id)
    assert (card["mime_type"], card["file_size"], card["messaging_product"]) == ("image/jpeg", 4, "whatsapp")
    path = card["url"].removeprefix("http://media.invalid")
    async with lab.session.get(lab.url + path, headers=AUTH) as response:
        assert (response.status, await response.read()) == (200, b"jpeg")
    async with lab.session.get(lab.url + path) as response:
        assert response.status == 401
    async with lab.session.get(lab.url + path[:-1] + "0", headers=AUTH) as response:
        assert response.status == 404 or path.endswith("0")
    await lab.post("/control/state", {"clock_offset": 301})
    async with lab.session.get(lab.url + path, headers=AUTH) as response:
        assert response.status == 404


async def test_media_from_customers_lives_seven_days_and_uploads_thirty(lab) -> None:
    ours = await uploaded(lab)
    await lab.says(kind="image", content={"sample": True})
    theirs = lab.receiver.messages()[0]["image"]["id"]
    await lab.post("/control/state", {"clock_offset": 8 * 86_400})
    assert [(await lab.graph("GET", each))[0] for each in (ours, theirs)] == [200, 400]


async def test_wrong_uploads_are_refused(lab) -> None:
    url = f"{NUMBER}/media"
    assert (await lab.graph("POST", url, data=form(b"x", "application/octet-stream")))[1]["error"]["code"] == 100
    big = form(b"x" * (5 * 1024 * 1024 + 1), "image/jpeg")
    assert (await lab.graph("POST", url, data=big))[1]["error"]["code"] == 131053
    assert (await lab.graph("POST", url, data=form(b"", "image/png")))[1]["error"]["code"] == 131053
    bare = aiohttp.FormData({"messaging_product": "whatsapp"})
    assert (await lab.graph("POST", url, data=bare))[1]["error"]["code"] == 131008


async def test_deleted_media_is_gone(lab) -> None:
    media_id = await uploaded(lab)
    assert (await lab.graph("DELETE", media_id))[1] == {"success": True}
    assert (await lab.graph("GET", media_id))[1]["error"]["error_subcode"] == 33


async def test_template_samples_go_through_a_resumable_upload(lab) -> None:
    query = {"file_name": "a.jpg", "file_length": "3", "file_type": "image/jpeg"}
    _, session = await lab.graph("POST", "670843887433847/uploads", params=query)
    _, done = await lab.graph("POST", session["id"], data=b"abc")
    assert done["h"].startswith("4::")


async def test_a_link_is_fetched_and_a_dead_link_fails_later(lab, unused_tcp_port) -> None:
    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=b"png", content_type="image/png")

    app = web.Application()
    app.router.add_get("/foto.png", picture)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    await lab.says()
    base = f"http://127.0.0.1:{unused_tcp_port}"
    good = await lab.sent("image", {"link": f"{base}/foto.png"})
    dead = await lab.sent("image", {"link": f"{base}/nada.png"})
    await until(lambda: lab.receiver.names(good) == ["sent", "delivered"] and lab.receiver.names(dead) == ["failed"])
    assert lab.receiver.statuses(dead)[0]["errors"][0]["code"] == 131053
    await runner.cleanup()


async def test_samples_are_what_they_say() -> None:
    signatures = {"image": b"\xff\xd8\xff", "audio": b"OggS", "sticker": b"RIFF", "document": b"%PDF"}
    for kind, start in signatures.items():
        assert samples.sample(kind)[0].startswith(start)
    with pytest.raises(ValueError, match="no sample"):
        samples.sample("smell")


def element(name: bytes, data: bytes) -> bytes:
    return name + (len(data) | 1 << 28).to_bytes(4, "big") + data


async def test_recordings_are_remuxed_without_touching_the_sound() -> None:
    packets = [b"\xf8" + bytes([i]) * 300 for i in range(120)]
    blocks = b"".join(element(b"\xa3", b"\x81\x00\x00\x80" + packet) for packet in packets)
    webm = element(b"\x1a\x45\xdf\xa3", b"x") + element(b"\x18\x53\x80\x67", element(b"\x1f\x43\xb6\x75", blocks))
    made = ogg.from_webm(webm)
    assert made == ogg.write(packets)
    assert made.count(b"OggS") > 3
    assert b"OpusHead" in made[:64]
    for broken in (b"", b"\x00" * 20, webm[:12]):
        with pytest.raises(ValueError, match=r"EBML|sound|cut"):
            ogg.from_webm(broken)


async def test_pages_carry_the_ogg_checksum() -> None:
    page = ogg.silence(1).split(b"OggS")[1]
    whole = b"OggS" + page
    assert ogg._crc(whole[:22] + bytes(4) + whole[26:]) == int.from_bytes(whole[22:26], "little")
    assert ogg.packet_samples(ogg.SILENCE) == 960
