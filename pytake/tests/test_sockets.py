"""What a live socket keeps of its handshake."""

import asyncio

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

from pytake.sockets import LiveSocket


async def echo(scope, receive, send):
    assert dict(scope["headers"])[b"cookie"] == b"sessionid=abc"
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.mark.parametrize(("protocol", "forgets"), [(LiveSocket, True), (WebSocketsSansIOProtocol, False)])
async def test_a_live_socket_goes_on_without_its_handshake(protocol, forgets):
    config, state = uvicorn.Config(echo, ws=protocol, log_level="warning"), ServerState()
    config.load()
    server = await asyncio.get_running_loop().create_server(
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    async with server, connect(f"ws://127.0.0.1:{port}/", additional_headers={"Cookie": "sessionid=abc"}) as socket:
        await socket.send("oi")
        assert await socket.recv() == "oi"
        (kept,) = state.connections
        assert (kept.request is None and not kept.scope) is forgets
        await socket.send("de novo")
        assert await socket.recv() == "de novo"
