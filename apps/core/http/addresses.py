"""Which addresses count as the public internet. Our own tables: Python's `is_global` calls multicast, the cloud's
metadata on public addresses and several tunnels global, and differs between versions.

Source: IANA special-purpose address registries for IPv4 and IPv6; cloud metadata addresses from the vendors' manuals.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from apps.core.http.errors import BlockedAddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

REFUSED_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, Alibaba metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform address
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, Oracle metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relay
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
REFUSED_IPV6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# Prefixes that carry an IPv4 address, and how many bits stand to the right of it.
CARRIERS = tuple(
    (ipaddress.IPv6Network(network), shift)
    for network, shift in (
        ("::ffff:0:0/96", 0),  # mapped
        ("::ffff:0:0:0/96", 0),  # translated
        ("64:ff9b::/96", 0),  # NAT64
        ("2002::/16", 80),  # 6to4
    )
)
ISATAP = (0x00005EFE, 0x02005EFE)
# A host that ends in a number is an IPv4 address to every resolver: `2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.*$")


def is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in REFUSED_IPV4)
    if address.scope_id is not None:
        return False
    if any(not is_public(carried) for carried in _carried_ipv4(address)):
        return False
    routed = address in PUBLIC_IPV6 or any(address in network for network, _ in CARRIERS)
    return routed and not any(address in network for network in REFUSED_IPV6)


def _carried_ipv4(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    number = int(address)
    for network, shift in CARRIERS:
        if address in network:
            yield ipaddress.IPv4Address(number >> shift & 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in ISATAP:
        yield ipaddress.IPv4Address(number & 0xFFFFFFFF)


def parse_literal(host: str) -> IPAddress | None:
    """The address if the host is one in its plain spelling, None for a name; BlockedAddress for other spellings."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if ":" in host or "%" in host or _ENDS_IN_NUMBER.search(host):
        raise BlockedAddress(f"{host[:80]} is an unusual spelling of an address")
    return None


@lru_cache(maxsize=4096)
def check_literal(host: str) -> None:
    """Raises BlockedAddress when the host is an address, in whatever spelling, and not a public one."""
    address = parse_literal(host)
    if address is not None and not is_public(address):
        raise BlockedAddress(f"{address} is not a public address")


def check_all(host: str, addresses: Iterable[str]) -> None:
    """Raises BlockedAddress when a single one is not public: a name with two faces gets no connection at all."""
    for text in addresses:
        if not is_public(ipaddress.ip_address(text)):
            raise BlockedAddress(f"{host[:80]} leads to {text}, which is not a public address")
