"""Rate limits: number throughput and the pair rate, both as token buckets that start full."""

from dataclasses import dataclass, field
from time import monotonic

from apps.simulator.behaviour import Behaviour
from apps.simulator.entities import Customer, Number
from apps.simulator.errors import GraphError


@dataclass(slots=True)
class Bucket:
    level: float
    at: float

    def take(self, rate: float, capacity: float, now: float) -> bool:
        self.level = min(capacity, self.level + (now - self.at) * rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass(slots=True)
class Limits:
    behaviour: Behaviour
    numbers: dict[str, Bucket] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def check(self, number: Number, customer: Customer) -> None:
        now = monotonic()
        self._throughput(number, now)
        self._pair(number, customer, now)

    def _throughput(self, number: Number, now: float) -> None:
        rate = self.behaviour.throughput_per_second
        if not rate:
            return
        bucket = self.numbers.get(number.id)
        if bucket is None:
            bucket = self.numbers[number.id] = Bucket(rate, now)
        if not bucket.take(rate, rate, now):
            details = "Message failed to send because the throughput of this number was reached."
            raise GraphError(130429, details, subcode=2494055)

    def _pair(self, number: Number, customer: Customer, now: float) -> None:
        burst, seconds = self.behaviour.pair_burst, self.behaviour.pair_seconds
        if not seconds:
            return
        key = (number.id, customer.key)
        bucket = self.pairs.get(key)
        if bucket is None:
            bucket = self.pairs[key] = Bucket(burst, now)
        if not bucket.take(1 / seconds, burst, now):
            raise GraphError(131056, "Too many messages from this number to the same recipient in a short time.")
