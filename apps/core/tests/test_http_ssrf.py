"""No address inside the house is ever connected to: 90 targets, directly, by redirect and by a name that rebinds."""

import socket
from urllib.parse import quote

import aiohttp.connector
import pytest

from django.test import override_settings

from apps.core.http import BlockedAddress, OutboundClient, TransportError, addresses, resolver
from apps.core.tests.http_servers import answer, serving
from apps.core.tests.ssrf_targets import INSIDE, PUBLIC, TARGETS


@pytest.fixture
async def inside():
    """A server on every address of this machine; nothing may ever connect to it."""
    async with serving(hosts=("0.0.0.0", "::1")) as seen:
        yield seen
        assert seen.connections == 0


@pytest.fixture(autouse=True)
def connections(monkeypatch):
    """Whatever address a connection was started to, whether or not somebody listens there."""
    started = []
    real = aiohttp.connector.aiohappyeyeballs.start_connection

    async def spy(addr_infos, *args, **kwargs):
        started.append(addr_infos[0][4][0])
        if addr_infos[0][4][0] in ("8.8.8.8", "2606:4700::1111"):
            raise OSError("the tests have no internet")
        return await real(addr_infos, *args, **kwargs)

    monkeypatch.setattr(aiohttp.connector.aiohappyeyeballs, "start_connection", spy)
    return started


def test_there_are_enough_targets():
    assert len(set(TARGETS)) >= 80


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_not_public(address):
    assert not addresses.is_public(addresses.ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address):
    assert addresses.is_public(addresses.ipaddress.ip_address(address))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_target_is_reached_directly(inside, connections, method):
    async with OutboundClient() as client:
        for target in TARGETS:
            with pytest.raises(TransportError) as caught:
                await client.request(method, f"http://{target}:{inside.port}/", timeout=5)
            assert not caught.value.ambiguous, target
    assert connections == []


async def test_no_target_is_reached_by_redirect(inside, connections):
    def redirect(request: str) -> bytes:
        target = TARGETS[int(request.split()[1].lstrip("/"))]
        target = target if target.isascii() else quote(target)
        return answer("302 Found", Location=f"http://{target}:{inside.port}/")

    async with serving(redirect) as outside, OutboundClient() as client:
        with override_settings(OUTBOUND_TRUSTED_ORIGINS=[outside.origin]):
            client = await OutboundClient().__aenter__()
        for index, target in enumerate(TARGETS):
            with pytest.raises(TransportError) as caught:
                await client.request("GET", f"{outside.origin}/{index}", timeout=5)
            assert not caught.value.ambiguous, target
        await client.__aexit__(None, None, None)
        assert len(outside.requests) == len(TARGETS)
    assert set(connections) == {"127.0.0.1"}


@pytest.mark.parametrize("mixed", [False, True])
async def test_no_target_is_reached_by_a_name(inside, connections, monkeypatch, mixed):
    async with OutboundClient() as client:
        for index, address in enumerate(INSIDE):
            answers = [(socket.AF_INET, "8.8.8.8")] if mixed else []
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            monkeypatch.setattr(resolver, "look_up", names([*answers, (family, address)]))
            with pytest.raises(BlockedAddress):
                await client.request("GET", f"http://name{index}.test:{inside.port}/")
    assert connections == []


async def test_a_name_that_rebinds_is_connected_where_it_was_checked(inside, connections, monkeypatch):
    """Asked a second time it would answer 127.0.0.1: nobody asks a second time for a connection."""
    async with OutboundClient() as client:
        for index in range(20):
            monkeypatch.setattr(
                resolver, "look_up", names([(socket.AF_INET, "8.8.8.8")], [(socket.AF_INET, "127.0.0.1")])
            )
            with pytest.raises(TransportError) as caught:
                await client.request("POST", f"http://rebind{index}.test:{inside.port}/", json={})
            assert not caught.value.ambiguous
    assert connections == ["8.8.8.8"] * 20


async def test_without_the_check_the_server_is_reached(monkeypatch):
    """The negative control: the same requests do connect once the guard is taken away."""
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    addresses.check_literal.cache_clear()
    async with serving(hosts=("0.0.0.0", "::1")) as seen, OutboundClient() as client:
        for host in ("127.0.0.1", "localhost", "127.1.2.3", "[::1]"):
            await client.request("GET", f"http://{host}:{seen.port}/")
        assert seen.connections == 4
    addresses.check_literal.cache_clear()


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "gopher://x/", "//x", "", "http://", "http:///a"]
)
async def test_only_http_and_https(url):
    async with OutboundClient() as client:
        with pytest.raises(BlockedAddress):
            await client.request("GET", url)


@pytest.mark.parametrize(
    "url", ["http://a b/", "http://a\n/", "http://a\\b/", "http://u:p@a/", "http://a:99999/", "http://" + "a" * 5000]
)
async def test_treacherous_addresses_are_refused(url):
    async with OutboundClient() as client:
        with pytest.raises(BlockedAddress):
            await client.request("GET", url)


def names(*lists):
    """A resolver's successive answers; the last one stays."""
    remaining = list(lists)

    async def look_up(host, port, family):
        return remaining.pop(0) if len(remaining) > 1 else remaining[0]

    return look_up
