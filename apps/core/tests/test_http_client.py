import asyncio
import gzip

import pytest

from django.test import override_settings

from apps.core.http import BlockedAddress, OutboundClient, TransportError, multipart
from apps.core.tests.http_servers import answer, serving


@pytest.fixture
async def trusted():
    """Opens a client that trusts exactly the given server."""
    clients = []

    async def open_client(*origins):
        with override_settings(OUTBOUND_TRUSTED_ORIGINS=list(origins)):
            client = OutboundClient()
        clients.append(await client.__aenter__())
        return client

    yield open_client
    for client in clients:
        await client.__aexit__(None, None, None)


async def test_a_trusted_origin_is_reached_with_json_and_headers(trusted):
    async with serving(answer(body=b'{"ok":true}', X_Trace="7")) as seen:
        client = await trusted(seen.origin)
        found = await client.request(
            "POST", f"{seen.origin}/a?b=1", json={"é": 1}, headers={"Authorization": "Bearer t"}
        )
        assert (found.status, found.json(), found.headers["x-trace"]) == (200, {"ok": True}, "7")
        assert seen.requests[0].startswith("POST /a?b=1 HTTP/1.1\r\n")
        assert "authorization: bearer t" in seen.requests[0].lower()
        assert seen.requests[0].encode("latin-1").endswith('{"é":1}'.encode())


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{other}", "https://127.0.0.1:{port}", "http://localhost:{port}"])
async def test_trust_is_exact_in_scheme_host_and_port(trusted, origin):
    async with serving() as seen:
        client = await trusted(origin.format(port=seen.port, other=seen.port + 1))
        with pytest.raises(BlockedAddress):
            await client.request("GET", seen.origin)
        assert seen.connections == 0


async def test_connections_are_reused_and_shared(trusted):
    async with serving() as seen:
        one, two = await trusted(seen.origin), await trusted(seen.origin)
        for client in (one, two, one):
            await client.request("POST", seen.origin, json={})
        assert seen.connections == 1


async def test_a_refused_connection_is_known_not_to_have_been_accepted(trusted):
    async with serving() as seen:
        pass
    client = await trusted(seen.origin)
    with pytest.raises(TransportError) as caught:
        await client.request("POST", seen.origin, json={})
    assert not caught.value.ambiguous


async def test_an_unknown_name_is_known_not_to_have_been_accepted():
    async with OutboundClient() as client:
        with pytest.raises(TransportError) as caught:
            await client.request("POST", "http://does-not-exist.invalid/", json={})
        assert not caught.value.ambiguous


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", b"nonsense\r\n\r\n"])
async def test_a_connection_broken_after_the_request_is_ambiguous_and_tried_once(trusted, reply):
    def once(request: str) -> bytes:
        return b"" if len(seen.requests) > 1 else reply

    async with serving(once) as seen:
        client = await trusted(seen.origin)
        with pytest.raises(TransportError) as caught:
            await client.request("POST", seen.origin, json={}, timeout=0.5)
        assert caught.value.ambiguous
        assert len(seen.requests) == 1


async def test_silence_is_ambiguous(trusted):
    async with serving(b"HTTP/1.1 200 OK\r\n") as seen:
        client = await trusted(seen.origin)
        with pytest.raises(TransportError) as caught:
            await client.request("POST", seen.origin, json={}, timeout=0.2)
        assert caught.value.ambiguous


async def test_waiting_for_a_free_connection_is_not_ambiguous(trusted):
    with override_settings(OUTBOUND_CONNECTIONS=1):
        async with serving(b"HTTP/1.1 200 OK\r\n") as seen:
            client = await trusted(seen.origin)
            first = asyncio.create_task(client.request("POST", seen.origin, timeout=1))
            await asyncio.sleep(0.05)
            with pytest.raises(TransportError) as caught:
                await client.request("POST", seen.origin, timeout=0.2)
            assert not caught.value.ambiguous
            with pytest.raises(TransportError):
                await first
            assert len(seen.requests) == 1


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_answer_longer_than_allowed_is_cut_off(trusted, compressed):
    body = gzip.compress(b"0" * 1_000_000) if compressed else b"0" * 1_000_000
    headers = {"Content_Encoding": "gzip"} if compressed else {}
    async with serving(answer(body=body, **headers)) as seen:
        client = await trusted(seen.origin)
        assert len((await client.request("GET", seen.origin)).body) == 1_000_000
        with pytest.raises(TransportError, match="longer"):
            await client.request("GET", seen.origin, max_bytes=10_000)


async def test_a_get_follows_three_redirects_and_no_more(trusted):
    def step(request: str) -> bytes:
        left = int(request.split()[1].lstrip("/"))
        return answer("302 Found", Location=f"/{left - 1}") if left else answer(body=b"here")

    async with serving(step) as seen:
        client = await trusted(seen.origin)
        assert (await client.request("GET", f"{seen.origin}/3")).body == b"here"
        with pytest.raises(TransportError, match="redirects"):
            await client.request("GET", f"{seen.origin}/4")


async def test_a_post_never_follows_a_redirect(trusted):
    async with serving(answer("307 Temporary Redirect", Location="/b")) as seen:
        client = await trusted(seen.origin)
        assert (await client.request("POST", seen.origin, json={})).status == 307
        assert len(seen.requests) == 1


async def test_credentials_do_not_travel_to_another_origin(trusted):
    async with serving() as other, serving(lambda _: answer("302 Found", Location=f"{other.origin}/x")) as seen:
        client = await trusted(seen.origin, other.origin)
        await client.request("GET", seen.origin, headers={"Authorization": "Bearer secret", "X-Kept": "1"})
        assert "authorization" in seen.requests[0].lower()
        assert "authorization" not in other.requests[0].lower()
        assert "X-Kept: 1" in other.requests[0]


async def test_the_environment_cannot_set_a_proxy(trusted, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serving() as seen:
        client = await trusted(seen.origin)
        assert (await client.request("GET", seen.origin)).status == 200


async def test_a_form_with_a_file(trusted):
    async with serving() as seen:
        client = await trusted(seen.origin)
        form = multipart({"messaging_product": "whatsapp"}, "file", b"\x89PNG", filename="a.png", mime="image/png")
        await client.request("POST", seen.origin, data=form)
        assert 'name="messaging_product"' in seen.requests[0]
        assert 'filename="a.png"' in seen.requests[0]
        assert "image/png" in seen.requests[0]
