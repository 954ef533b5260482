"""Load generator: `python -m benchmarks.visits PORT USERS FILE` fetches pages over kept-alive connections.

FILE is a pickled list of whole requests, one a user; each user asks again when the answer has come. Prints JSON.
"""

import asyncio
import pickle
import sys
import time
from pathlib import Path

import orjson
import uvloop

from benchmarks.rounds import percentile


async def visit(port: int, request: bytes, ends: float, took: list[float], sizes: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4 * 1024 * 1024)
    while time.perf_counter() < ends:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head[:200].decode())
        sizes.append(len(await _body(reader, head)))
        took.append(time.perf_counter() - began)
    writer.close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    at = head.find(b"content-length:")
    if at >= 0:
        return await reader.readexactly(int(head[at + 15 :].split(b"\r\n", 1)[0]))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def run(port: int, users: int, requests: list[bytes], seconds: float) -> dict[str, float]:
    took: list[float] = []
    sizes: list[int] = []
    ends = time.perf_counter() + seconds
    await asyncio.gather(*(visit(port, requests[user % len(requests)], ends, took, sizes) for user in range(users)))
    return {
        "p50": percentile(took, 0.5) * 1000,
        "p95": percentile(took, 0.95) * 1000,
        "rate": len(took) / seconds,
        "bytes": max(sizes),
    }


if __name__ == "__main__":
    wanted = pickle.loads(Path(sys.argv[3]).read_bytes())
    sys.stdout.buffer.write(
        orjson.dumps(uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), wanted, float(sys.argv[4]))))
    )
