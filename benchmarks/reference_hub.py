"""What live pushes are measured against: a bare ASGI application, one SUBSCRIBE, a set of sockets, nothing else."""

import asyncio
import os
from typing import Any

import redis.asyncio as redis

CHANNEL = "bench:reference"
_sockets: set[Any] = set()
_tasks: list["asyncio.Task[None]"] = []


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _socket(receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    await receive()
    _tasks.append(asyncio.create_task(_listen()))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    _tasks[0].cancel()
    await send({"type": "lifespan.shutdown.complete"})


async def _socket(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "{}"})
    _sockets.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    _sockets.discard(send)


async def _listen() -> None:
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            text = message["data"].decode()
            for send in list(_sockets):
                await send({"type": "websocket.send", "text": text})
