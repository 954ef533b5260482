"""The life of an accepted business message: sent, delivered, read, or failed."""

import asyncio
from collections.abc import Callable

from apps.simulator import payloads, pricing
from apps.simulator.behaviour import Behaviour, Dice, struck_error
from apps.simulator.entities import Customer, Message, Number
from apps.simulator.state import World

RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 9}
Emit = Callable[[Number, str, dict[str, object]], object]
Looking = Callable[[str, str], bool]
Changed = Callable[[Message], None]


class StatusEngine:
    def __init__(self, world: World, behaviour: Behaviour, dice: Dice) -> None:
        self.world = world
        self.behaviour = behaviour
        self.dice = dice
        self.emit: Emit = lambda number, field, value: None
        self.is_looking: Looking = lambda number_id, customer_key: False
        self.on_change: Changed = lambda message: None

    def accepted(self, message: Message) -> None:
        """Start the life of a message that the Graph API has just accepted."""
        if self.behaviour.statuses == "off":
            return
        message.error = message.error or self._refusal(message)
        step = self.fail if message.error else self.sent
        self._later(self.behaviour.sent_delay_ms, step, message)

    def _refusal(self, message: Message) -> int:
        """The error with which this message will fail later, or 0."""
        customer = message.customer
        if customer.refusal:
            return customer.refusal
        if pricing.category(message) == "marketing" and customer.marketing_stopped:
            return 131050
        target = customer.phone or customer.wa_id
        rule = struck_error(self.behaviour, self.dice, "messages", target, "status")
        return rule.code if rule else self._billing(message)

    def _billing(self, message: Message) -> int:
        if self.behaviour.payment_method or pricing.category(message) != "service":
            return 0
        number = self.world.numbers[message.number_id]
        left = pricing.free_left(number, self.world.clock.now(), self.behaviour.free_service_messages)
        return 0 if left > 0 else 131042

    def _later(self, delay_ms: float, step: Callable[[Message], None], message: Message) -> None:
        asyncio.get_running_loop().call_later(delay_ms / 1000, step, message)

    # -- steps -----------------------------------------------------------------------------------------------------

    def sent(self, message: Message) -> None:
        self._price(message)
        self._change(message, "sent")
        if message.type == "reaction":
            return
        wait = max(0.0, self.behaviour.delivered_delay_ms - self.behaviour.sent_delay_ms)
        self._later(wait, self.arrive, message)

    def arrive(self, message: Message) -> None:
        """Reach the customer's phone, unless it is switched off."""
        if not message.customer.online or message.status not in ("accepted", "sent"):
            return
        looking = self._will_read(message)
        if not (looking and self.dice.hit(self.behaviour.skip_delivered)):
            self._change(message, "delivered")
        if looking:
            wait = max(0.0, self.behaviour.read_delay_ms - self.behaviour.delivered_delay_ms)
            self._later(wait, self._read_if_looking, message)

    def _will_read(self, message: Message) -> bool:
        return self.behaviour.auto_read or self.is_looking(message.number_id, message.customer.key)

    def _read_if_looking(self, message: Message) -> None:
        if message.customer.online and self._will_read(message):
            self.read(message)

    def read(self, message: Message) -> None:
        if RANK[message.status] < RANK["read"] and message.type != "reaction":
            self._change(message, "read")

    def played(self, message: Message) -> None:
        if message.status == "read":
            self._change(message, "played")

    def fail(self, message: Message) -> None:
        self._change(message, "failed")

    def force(self, message: Message, state: str) -> None:
        """Emit one status as told, even out of order."""
        if state not in RANK or state == "accepted":
            raise ValueError(f"unknown status {state}")
        if message.pricing is None and state != "failed":
            self._price(message)
        self._change(message, state)

    # -- what the customer does ------------------------------------------------------------------------------------

    def came_online(self, customer: Customer) -> None:
        for message in list(self.world.threads_of(customer)):
            if message.direction == "business" and message.status == "sent" and message.type != "reaction":
                self.arrive(message)

    def opened(self, number_id: str, customer: Customer) -> None:
        """The customer looks at the chat: everything that has arrived becomes read."""
        if not customer.online:
            return
        for message in list(self.world.thread(number_id, customer.key)):
            if message.direction == "business" and message.status == "delivered":
                self.read(message)

    # -- emitting --------------------------------------------------------------------------------------------------

    def _price(self, message: Message) -> None:
        number = self.world.numbers[message.number_id]
        window = self.world.window(number, message.customer)
        now = self.world.clock.now()
        allowance = self.behaviour.free_service_messages
        message.pricing = pricing.price(message, number, window, now, allowance)
        if window and window.free_entry_until > now:
            message.conversation = {
                "id": f"{message.customer.key}-{int(window.free_entry_until)}",
                "expiration_timestamp": str(int(window.free_entry_until)),
                "origin": {"type": "referral_conversion"},
            }

    def _change(self, message: Message, state: str) -> None:
        number = self.world.numbers.get(message.number_id)
        if number is None or self.world.messages.get(message.id) is not message:
            return
        message.status = state
        self.emit(number, "messages", payloads.status(self.world, number, message, state))
        self.on_change(message)
