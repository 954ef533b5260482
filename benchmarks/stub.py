"""A provider that accepts every message 60 ms after it was posted: `python -m benchmarks.stub PORT`."""

import asyncio
import sys
from itertools import count
from typing import cast

import uvloop

SECONDS = 0.06
_serial = count()


class Stub(asyncio.Protocol):
    def __init__(self) -> None:
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        self.buffer = self.buffer[end + 4 + length :]
        asyncio.get_running_loop().call_later(SECONDS, self.answer)

    def answer(self) -> None:
        body = (
            '{"messaging_product":"whatsapp","contacts":[{"input":"5511999990000","wa_id":"5511999990000"}],'
            f'"messages":[{{"id":"wamid.STUB{next(_serial):014d}"}}]}}'
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
