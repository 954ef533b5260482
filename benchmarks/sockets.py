"""Browser-like sockets: `python -m benchmarks.sockets URL COUNT COOKIE ORIGIN` prints when each frame came.

COOKIE may be `@file`: one a line, each socket another.
Says `ready` once all are open, then one line a push: the delays in milliseconds of its frames over all sockets. A frame
belongs to the push whose marker (the `sent=<nanoseconds>` of the line read from stdin) was announced last.
"""

import asyncio
import sys
import time
from pathlib import Path

import orjson
import uvloop
from websockets.asyncio.client import connect
from websockets.typing import Origin


class Crowd:
    def __init__(self, count: int) -> None:
        self.count = count
        self.times: list[float] = []
        self.complete = asyncio.Event()

    def expect(self) -> None:
        self.times.clear()
        self.complete.clear()

    def note(self) -> None:
        self.times.append(time.time())
        if len(self.times) >= self.count:
            self.complete.set()


async def follow(url: str, cookie: str, origin: str, view: str, crowd: Crowd, opened: asyncio.Event) -> None:
    headers, page = {"Cookie": cookie} if cookie else {}, Origin(origin)
    async with connect(url, additional_headers=headers, origin=page, max_queue=None, compression=None) as socket:
        await socket.recv()  # hello
        if view:
            await socket.send(orjson.dumps({"type": "view", "conversation": view}).decode())
        opened.set()
        async for frame in socket:
            if b'"html"' in (frame if isinstance(frame, bytes) else frame.encode()):
                crowd.note()


async def run(url: str, count: int, cookie: str, origin: str, view: str) -> None:
    crowd, tasks = Crowd(count), []
    cookies = Path(cookie[1:]).read_text().split("\n") if cookie.startswith("@") else [cookie]
    for number in range(count):
        opened, own = asyncio.Event(), cookies[number % len(cookies)]
        tasks.append(asyncio.create_task(follow(url, own, origin, view, crowd, opened)))
        await asyncio.wait_for(opened.wait(), 20)
    await asyncio.sleep(0.5)
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    crowd.expect()
    while await reader.readline():
        await asyncio.wait_for(crowd.complete.wait(), 20)
        print(orjson.dumps(crowd.times).decode(), flush=True)
        crowd.expect()
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]))
