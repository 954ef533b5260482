"""Load generator: `python -m benchmarks.poster PORT CONNECTIONS FILE` posts a pickled list of whole HTTP requests.

Every connection is kept alive and sends its next request when the answer to the last has come. Prints JSON. It shares
the processors with what it measures, so an answer like the one before, byte for byte, is not taken apart again.
"""

import asyncio
import pickle
import sys
import time
from pathlib import Path
from typing import cast

import orjson
import uvloop

from benchmarks.rounds import percentile


class Poster(asyncio.Protocol):
    def __init__(self, queue: list[bytes], took: list[float], done: asyncio.Event) -> None:
        self.queue, self.took, self.done = queue, took, done
        self.buffer = b""
        self.usual = b""  # a whole good answer
        self.bad = 0
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def send(self) -> None:
        if not self.queue:
            self.done.set()
            return
        self.began = time.perf_counter()
        self.transport.write(self.queue.pop())

    def data_received(self, data: bytes) -> None:
        if data == self.usual and not self.buffer:
            self.answered()
            return
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        is_good = b" 200 " in head[:16]
        self.bad += not is_good
        answer, self.buffer = self.buffer[: end + 4 + length], self.buffer[end + 4 + length :]
        self.usual = answer if is_good else b""
        self.answered()

    def answered(self) -> None:
        self.took.append(time.perf_counter() - self.began)
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        self.done.set()


async def run(port: int, connections: int, requests: list[bytes]) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    took: list[float] = []
    posters = []
    for _ in range(connections):
        _transport, poster = await loop.create_connection(
            lambda: Poster(requests, took, asyncio.Event()), "127.0.0.1", port
        )
        posters.append(poster)
    began = time.perf_counter()
    for poster in posters:
        poster.send()
    await asyncio.wait_for(asyncio.gather(*(poster.done.wait() for poster in posters)), 120)
    seconds = time.perf_counter() - began
    for poster in posters:
        poster.transport.close()
    return {
        "rate": len(took) / seconds,
        "p50": percentile(took, 0.5) * 1000,
        "p95": percentile(took, 0.95) * 1000,
        "bad": sum(poster.bad for poster in posters),
        "count": len(took),
    }


if __name__ == "__main__":
    wanted = pickle.loads(Path(sys.argv[3]).read_bytes())
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), wanted))))
