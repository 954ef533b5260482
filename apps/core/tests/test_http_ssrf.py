"""No address inside the house is ever connected to: 90 targets, directly, by redirect and by a name that rebinds."""

import socket
from urllib.parse import quote

import aiohttp.connector
import pytest

from django.test import override_settings

from apps.core.http import BlockedAddress, OutboundClient, TransportError, addresses, resolver
from apps.core.tests.http_servers import answer, serving

INSIDE = [
    *("127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.0.0.1", "0.255.255.255"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"),
    *("100.64.0.1", "100.127.255.255", "100.100.100.200", "169.254.169.254", "169.254.170.2", "169.254.0.1"),
    *("168.63.129.16", "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1"),
    *("192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::2", "::7f00:1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254"),
    *("fdff::1", "ff02::1", "ff05::2", "100::1", "2001:db8::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "3fff::1"),
    *("5f00::1", "4000::1", "2620:4f:8000::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::1"),
    *("2002:a9fe:a9fe::1", "2002:c0a8:1::", "2600::5efe:7f00:1", "2600::200:5efe:a00:1", "fe80::5efe:808:808"),
]
SPELLINGS = [
    *("2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0"),
    *("127.0.0.1.", "127.000.000.001", "00.0.0.0", "0x0", "3232235521", "2852039166", "0xa9fea9fe", "1.2.3", "256.1"),
    *(
        "①②⑦.0.0.1",
        "127。0。0。1",
        "１２７.0.0.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "ⓛocalhost",
        "%31%32%37.0.0.1",
    ),
    *(
        "user@127.0.0.1",
        "example.com\\@127.0.0.1",
        "127.0.0.1%00.example.com",
        "[::1%25lo]",
        "[::ffff:7f00:1]",
        "[0:0::1]",
    ),
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "31.13.80.53",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


def bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address


TARGETS = [*(bracket(address) for address in INSIDE), *SPELLINGS]


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
