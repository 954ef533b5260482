"""A real HTTP server for the tests of outbound requests, and what it saw."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = bytes | Callable[[str], bytes]


@dataclass
class Seen:
    """Every connection, and every request as its raw text."""

    port: int = 0
    connections: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def answer(status: str = "200 OK", body: bytes = b"{}", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


OK = answer()


@asynccontextmanager
async def serving(reply: Answer = OK, hosts: tuple[str, ...] = ("127.0.0.1",)) -> AsyncIterator[Seen]:
    """`reply` is sent for each request; an empty one closes the connection."""
    seen = Seen()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                text = head.decode("latin-1")
                length = [int(line[15:]) for line in text.lower().split("\r\n") if line.startswith("content-length:")]
                text += (await reader.readexactly(length[0] if length else 0)).decode("latin-1")
                seen.requests.append(text)
                raw = reply(text) if callable(reply) else reply
                if not raw:
                    return
                writer.write(raw)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, hosts[0], 0)
    seen.port = server.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(handle, host, seen.port) for host in hosts[1:]]
    try:
        yield seen
    finally:
        for each in (server, *others):
            each.close()
