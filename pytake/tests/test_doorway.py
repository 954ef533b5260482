"""Posts that reach the door straight from the parser: over real sockets, one after another, together and cut off."""

import asyncio

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from uvicorn.server import ServerState

from apps.whatsapp import door as door_module
from apps.whatsapp.door import MAX_BODY, Door, signature
from apps.whatsapp.models import WebhookDelivery
from apps.whatsapp.tests.factories import APP_SECRET, BusinessAccountFactory
from apps.whatsapp.tests.journal_helpers import no_open_connections
from apps.whatsapp.tests.samples import text_body
from pytake import asgi, doorway

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_open_connections")]
__all__ = ["no_open_connections"]


def post(body, *, secret=APP_SECRET, path="/webhooks/whatsapp/", more=""):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: {signature(secret, body)}\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
async def connect(db, monkeypatch, no_open_connections):
    """Opens a connection to a server of this protocol; `connect.protocols` are the server's ends."""
    await sync_to_async(BusinessAccountFactory)()
    monkeypatch.setattr(door_module, "wake", lambda task: None)
    made = Door()
    monkeypatch.setattr(doorway, "door", made)
    monkeypatch.setattr(asgi, "door", made)
    config = uvicorn.Config("pytake.asgi:application", http="pytake.doorway:Doorway", log_level="warning")
    config.load()
    state, protocols, writers = ServerState(), [], []

    def begin():
        protocols.append(doorway.Doorway(config, state, {}))
        return protocols[-1]

    server = await asyncio.get_running_loop().create_server(begin, "127.0.0.1", 0)

    async def open_one():
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writers.append(writer)
        return reader, writer

    open_one.protocols, open_one.door = protocols, made
    yield open_one
    for writer in writers:
        writer.close()
    server.close()
    await made.close()


async def answer(reader):
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode().lower()
    length = int(head.partition("content-length:")[2].split("\r\n")[0])
    return int(head.split()[1]), (await reader.readexactly(length)).decode(), head


async def ask(connect, *requests):
    """The statuses, each request sent when the one before was answered."""
    reader, writer = await connect()
    found = []
    for request in requests:
        writer.write(request)
        found.append((await answer(reader))[0])
    return found


async def stored():
    return [bytes(row.body) async for row in WebhookDelivery.objects.order_by("id")]


async def test_genuine_ones_are_durable_and_forged_ones_refused_on_one_connection(connect):
    first, second = text_body("Um"), text_body("Dois")
    forged = post(text_body("Falsa"), secret="someone-elses")
    unsigned = b"POST /webhooks/whatsapp/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    assert await ask(connect, post(first), forged, unsigned, post(second), post(first)) == [200, 403, 403, 200, 200]
    assert await stored() == [first, second]


async def test_everything_else_meets_the_same_door_the_ordinary_way(connect):
    handshake = b"GET /webhooks/whatsapp/?hub.mode=subscribe&hub.verify_token=wrong HTTP/1.1\r\nHost: x\r\n\r\n"
    body = text_body("Espere")
    waiting = post(body, more="Expect: 100-continue\r\n")
    reader, writer = await connect()
    writer.write(handshake)
    assert (await answer(reader))[0] == 403
    writer.write(waiting)
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert (await answer(reader))[0] == 200
    assert await stored() == [body]


async def test_a_body_over_the_limit_is_refused_and_not_kept(connect, monkeypatch):
    monkeypatch.setattr(doorway, "MAX_BODY", 1_000)
    large = b"x" * 1_001
    assert await ask(connect, post(large), post(text_body("Depois"))) == [413, 200]
    assert await stored() == [text_body("Depois")]
    assert MAX_BODY > 3_000_000


async def test_a_body_in_chunks_is_put_together(connect):
    body = text_body("Em partes")
    head = post(body).partition(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n"
    parts = [body[at : at + 50] for at in range(0, len(body), 50)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    assert await ask(connect, head + chunks) == [200]
    assert await stored() == [body]


async def test_requests_sent_together_are_answered_in_their_order(connect):
    reader, writer = await connect()
    handshake = b"GET /webhooks/whatsapp/ HTTP/1.1\r\nHost: x\r\n\r\n"
    writer.write(post(text_body("Um")) + handshake + post(text_body("Dois")))
    assert [(await answer(reader))[0] for _ in range(3)] == [200, 403, 200]
    assert await stored() == [text_body("Um"), text_body("Dois")]


async def test_who_asks_for_the_end_gets_it_after_the_answer(connect):
    reader, writer = await connect()
    writer.write(post(text_body(), more="Connection: close\r\n"))
    status, _, head = await answer(reader)
    assert (status, "connection: close" in head) == (200, True)
    assert await reader.read() == b""


async def held_back(connect, monkeypatch):
    """A post whose row is not yet durable, and what lets it be."""
    release, write = asyncio.Event(), connect.door.journal.write

    async def slow(line):
        await release.wait()
        await write(line)

    monkeypatch.setattr(connect.door.journal, "write", slow)
    reader, writer = await connect()
    writer.write(post(text_body()))
    while not (connect.protocols and connect.protocols[0].tasks):
        await asyncio.sleep(0.01)
    return reader, writer, release


async def test_a_server_that_ends_answers_what_it_took_first(connect, monkeypatch):
    reader, _writer, release = await held_back(connect, monkeypatch)
    connect.protocols[0].shutdown()
    release.set()
    assert (await answer(reader))[0] == 200
    assert await reader.read() == b""
    assert len(await stored()) == 1


async def test_what_was_taken_is_stored_though_nobody_waits_for_the_answer(connect, monkeypatch):
    _reader, writer, release = await held_back(connect, monkeypatch)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    release.set()
    await asyncio.gather(*connect.protocols[0].tasks)
    assert len(await stored()) == 1


async def test_an_error_nobody_expected_ends_the_connection_without_a_false_answer(connect, monkeypatch):
    async def broken(digest, body):
        raise RuntimeError("broken")

    monkeypatch.setattr(connect.door, "take", broken)
    reader, writer = await connect()
    writer.write(post(text_body()))
    assert await asyncio.wait_for(reader.read(), 5) == b""
