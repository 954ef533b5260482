"""The open phone pages: who looks at which chat, and pushing to them."""

import asyncio
from dataclasses import dataclass, field

import orjson
from starlette.websockets import WebSocket, WebSocketState

from apps.simulator.entities import JSON

QUEUE_LENGTH = 1_000


@dataclass(eq=False)
class Phone:
    socket: WebSocket
    viewing: tuple[str, str] | None = None
    outgoing: asyncio.Queue[JSON] = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))

    async def pump(self) -> None:
        while self.socket.client_state is WebSocketState.CONNECTED:
            event = await self.outgoing.get()
            await self.socket.send_text(orjson.dumps(event).decode())


class Hub:
    def __init__(self) -> None:
        self.phones: set[Phone] = set()

    def is_looking(self, number_id: str, customer_key: str) -> bool:
        return any(phone.viewing == (number_id, customer_key) for phone in self.phones)

    def push(self, event: JSON) -> None:
        """Give an event to every open page; a page that stopped reading loses its place and reloads."""
        for phone in list(self.phones):
            try:
                phone.outgoing.put_nowait(event)
            except asyncio.QueueFull:
                self.phones.discard(phone)
