"""The parts of one simulator, wired together."""

import asyncio
from typing import Any

from starlette.requests import HTTPConnection

from apps.simulator.behaviour import Behaviour, Dice
from apps.simulator.config import Config
from apps.simulator.delivery import Event, Target, WebhookSender
from apps.simulator.entities import JSON, Account, Message, Number
from apps.simulator.hub import Hub
from apps.simulator.limits import Limits
from apps.simulator.phone_view import message_view
from apps.simulator.state import World
from apps.simulator.statuses import StatusEngine

UNSEEN = ("reaction", "edit", "revoke")


class Simulator:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.hub = Hub()
        self.calls = 0
        self.sender = WebhookSender(Behaviour(), Dice(0))
        self._build()

    def _build(self) -> None:
        self.behaviour = Behaviour(window=self.config.window)
        self.dice = Dice(self.config.seed or None)
        self.world = World(self.config)
        self.limits = Limits(self.behaviour)
        self.sender.behaviour, self.sender.dice = self.behaviour, self.dice
        self.statuses = StatusEngine(self.world, self.behaviour, self.dice)
        self.statuses.emit = self.emit
        self.statuses.is_looking = self.hub.is_looking
        self.statuses.on_change = self.show

    def reseed(self, seed: int) -> None:
        self.dice = self.sender.dice = self.statuses.dice = Dice(seed)

    async def reset(self) -> None:
        await self.sender.forget()
        self._build()
        self.hub.push({"type": "reload"})

    # -- webhooks --------------------------------------------------------------------------------------------------

    def emit(self, number: Number, field: str, value: JSON, done: asyncio.Future[int] | None = None) -> None:
        account = self.world.account_of(number)
        self._enqueue(account, number.override_url, Event(account.id, field, self._spice(value), None, done))

    def emit_account(self, account: Account, field: str, value: JSON, done: asyncio.Future[int] | None = None) -> None:
        at = int(self.world.clock.now())
        self._enqueue(account, "", Event(account.id, field, self._spice(value), at, done))

    def _enqueue(self, account: Account, override_url: str, event: Event) -> None:
        target = self.target(account, override_url)
        self.sender.enqueue(target if account.subscribed else Target("", ""), event)

    def target(self, account: Account, override_url: str = "") -> Target:
        app = self.world.app_of(account)
        return Target(override_url or account.override_url or app.webhook_url, app.secret)

    def _spice(self, value: JSON) -> JSON:
        """Receivers must ignore keys they do not know; this proves that they do."""
        return value | {"future_field": {"enabled": True}} if self.behaviour.unknown_fields else value

    # -- the phone pages -------------------------------------------------------------------------------------------

    def show(self, message: Message) -> None:
        """Draw a message anew on the open pages."""
        if message.type in UNSEEN or not self.hub.phones or not self.arrived(message):
            return
        view = message_view(self.world, message)
        chat = {"customer": message.customer.key, "number": message.number_id}
        self.hub.push({"type": "message", **chat, "message": view})

    def arrived(self, message: Message) -> bool:
        """Whether the message is on the customer's phone: what is held, on its way or failed is not."""
        if message.direction == "customer":
            return True
        silent = self.behaviour.statuses == "off" and message.status == "accepted"
        return silent or message.status in ("delivered", "read", "played")

    def tell(self, kind: str, **details: Any) -> None:
        self.hub.push({"type": kind, **details})


def of(connection: HTTPConnection) -> Simulator:
    simulator: Simulator = connection.app.state.simulator
    return simulator
