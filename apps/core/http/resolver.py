"""Name resolution that pins: one lookup, every answer checked, and the connection goes to that very answer."""

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from apps.core.http.addresses import check_all, check_literal


async def look_up(host: str, port: int, family: socket.AddressFamily) -> list[tuple[socket.AddressFamily, str]]:
    """The system's answer as (family, numeric address); raises OSError."""
    answers = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
    )
    return [(socket.AddressFamily(answer[0]), _numeric(answer[4])) for answer in answers]


def _numeric(address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> str:
    """With its zone, if it has one: an address in a zone is link-local and never public."""
    host = str(address[0])
    zone = address[3] if len(address) == 4 else 0
    return f"{host}%{zone}" if zone and "%" not in host else host


class PinningResolver(AbstractResolver):
    """For addresses that customers choose."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        check_literal(host)
        answers = await look_up(host, port, family)
        check_all(host, (address for _, address in answers))
        return _results(host, port, answers)

    async def close(self) -> None:
        """Nothing is held."""


class TrustingResolver(PinningResolver):
    """For the operator's own origins, named in the settings: no check."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return _results(host, port, await look_up(host, port, family))


def _results(host: str, port: int, answers: list[tuple[socket.AddressFamily, str]]) -> list[ResolveResult]:
    if not answers:
        raise OSError(None, "no address found")
    return [
        ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
        for family, address in answers
    ]
