"""A running simulator on a real port, and a receiver that keeps every webhook it is sent."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest_asyncio
import uvicorn
from aiohttp import web

from apps.simulator.app import create_app
from apps.simulator.config import Config

SECRET = "test_app_secret"
NUMBER = "106540352242922"
WABA = "102290129340398"
MARIANA = "+5511988881234"


@dataclass
class Receiver:
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            good = request.query.get("hub.verify_token") == "simulator-verify"
            return web.Response(text=request.query["hub.challenge"] if good else "no", status=200 if good else 403)
        self.posts.append((dict(request.headers), await request.read()))
        return web.Response(status=self.answers.popleft() if self.answers else 200)

    def values(self, which: str = "messages") -> list[dict[str, Any]]:
        bodies = [json.loads(raw) for _, raw in self.posts]
        changes = [change for body in bodies for entry in body["entry"] for change in entry["changes"]]
        return [change["value"] for change in changes if change["field"] == which]

    def statuses(self, wamid: str = "") -> list[dict[str, Any]]:
        found = [status for value in self.values() for status in value.get("statuses", [])]
        return [status for status in found if wamid in ("", status["id"])]

    def names(self, wamid: str = "") -> list[str]:
        return [status["status"] for status in self.statuses(wamid)]

    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.values() for message in value.get("messages", [])]


@dataclass
class Lab:
    url: str
    session: aiohttp.ClientSession
    receiver: Receiver

    async def graph(
        self, method: str, path: str, body: Any = None, token: str | None = "simulator-token", **extra: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            extra["json"] = body
        async with self.session.request(method, f"{self.url}/v26.0/{path}", headers=headers, **extra) as response:
            return response.status, json.loads(await response.read())

    async def send(self, kind: str = "text", content: Any = None, to: str = MARIANA, **extra: Any) -> tuple[int, Any]:
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content or {"body": "Olá"}, **extra}
        return await self.graph("POST", f"{NUMBER}/messages", body)

    async def sent(self, kind: str = "text", content: Any = None, to: str = MARIANA, **extra: Any) -> str:
        status, body = await self.send(kind, content, to, **extra)
        assert status == 200, body
        return str(body["messages"][0]["id"])

    async def post(self, path: str, body: Any = None) -> Any:
        async with self.session.post(self.url + path, json=body if body is not None else {}) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def get(self, path: str, **query: Any) -> Any:
        async with self.session.get(self.url + path, params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def faults(self, **changes: Any) -> Any:
        return await self.post("/control/faults", changes)

    async def says(self, customer: Any = "1", kind: str = "text", content: Any = "Oi", **extra: Any) -> str:
        played = await self.post(
            "/control/inbound", {"customer": customer, "type": kind, kind: content, "wait": True, **extra}
        )
        return str(played["messages"][0]["id"])


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Wait for something to become true, and say what it was."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := condition()):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("it did not happen in time")
        await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    kept = Receiver()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/hook", kept.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield kept
    await runner.cleanup()


@asynccontextmanager
async def simulating(receiver: Receiver) -> AsyncIterator[Lab]:
    config = Config(webhook_url=receiver.url, app_secret=SECRET, seed=7, public_url="http://media.invalid")
    app = create_app(config)
    settings = uvicorn.Config(
        app, port=0, log_level="error", access_log=False, timeout_graceful_shutdown=1, ws="websockets-sansio"
    )
    server = uvicorn.Server(settings)
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    app.state.simulator.behaviour.sent_delay_ms = 5.0
    app.state.simulator.behaviour.delivered_delay_ms = 10.0
    app.state.simulator.behaviour.read_delay_ms = 20.0
    app.state.simulator.behaviour.retry_base_ms = 10.0
    async with aiohttp.ClientSession() as session:
        yield Lab(f"http://127.0.0.1:{port}", session, receiver)
    server.should_exit = True
    await running


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as kept:
        yield kept


@pytest_asyncio.fixture
async def lab(receiver: Receiver) -> AsyncIterator[Lab]:
    async with simulating(receiver) as running:
        yield running
