"""Every knob of the simulated platform: limits, timing and faults. One flat object, set through the control API."""

import random
from dataclasses import dataclass, field, fields
from typing import Any

from apps.simulator.entities import JSON

AFTER_MODES = ("hang", "late", "reset", "5xx")


@dataclass(slots=True)
class ErrorRule:
    code: int
    rate: float = 1.0
    count: int | None = None
    endpoint: str = "messages"
    to: str = ""
    channel: str = "response"
    http_status: int = 0
    details: str = ""


@dataclass(slots=True)
class AfterRule:
    """What happens to the answer once a message has been accepted and its statuses are on their way."""

    mode: str
    rate: float = 1.0
    count: int | None = None
    to: str = ""
    delay_ms: float = 30_000


@dataclass(slots=True)
class Behaviour:
    latency_ms: float = 0.0
    latency_jitter_ms: float = 0.0
    errors: list[ErrorRule] = field(default_factory=list)
    after_accept: list[AfterRule] = field(default_factory=list)
    statuses: str = "auto"
    sent_delay_ms: float = 50.0
    delivered_delay_ms: float = 150.0
    read_delay_ms: float = 400.0
    auto_read: bool = False
    skip_delivered: float = 0.0
    hold_for_quality: float = 0.0
    webhook_duplicate: float = 0.0
    webhook_reorder: float = 0.0
    webhook_drop: float = 0.0
    webhook_delay_ms: float = 0.0
    webhook_batch: int = 100
    webhook_concurrency: int = 1
    webhook_timeout_ms: float = 10_000.0
    retry_base_ms: float = 250.0
    retry_max_ms: float = 30_000.0
    json_style: str = "utf8"
    unknown_fields: bool = False
    window: str = "enforce"
    async_errors: bool = True
    throughput_per_second: float = 80.0
    pair_burst: float = 45.0
    pair_seconds: float = 6.0
    free_service_messages: int = 1000
    payment_method: bool = True
    ninth_digit: bool = True
    unknown_recipients: str = "accept"
    fetch_links: bool = True
    template_review_ms: float = 2_000.0
    template_rejections: dict[str, str] = field(default_factory=dict)


CHOICES = {
    "statuses": ("auto", "off"),
    "window": ("enforce", "known", "off"),
    "json_style": ("utf8", "ascii"),
    "unknown_recipients": ("accept", "fail"),
}


def apply(behaviour: Behaviour, changes: JSON) -> None:
    """Change several knobs; a wrong name or type changes nothing and raises ValueError."""
    known = {f.name for f in fields(Behaviour)}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise ValueError(f"unknown setting: {', '.join(unknown)}")
    parsed = {name: _parse(name, value, getattr(behaviour, name)) for name, value in changes.items()}
    for name, value in parsed.items():
        setattr(behaviour, name, value)


def _parse(name: str, value: Any, current: Any) -> Any:
    if name == "errors":
        return [_rule(rule) for rule in value]
    if name == "after_accept":
        return [_after(rule) for rule in value]
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
    if isinstance(current, float) and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(current):
        raise ValueError(f"{name} must be {type(current).__name__}")
    return value


def _rule(rule: JSON) -> ErrorRule:
    try:
        return ErrorRule(**rule)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _after(rule: JSON) -> AfterRule:
    try:
        parsed = AfterRule(**rule)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if parsed.mode not in AFTER_MODES:
        raise ValueError(f"mode must be one of {', '.join(AFTER_MODES)}")
    return parsed


class Dice:
    """Seeded chance, so that a run with a given seed makes the same decisions again."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed if seed is not None else random.SystemRandom().randrange(1, 2**31)
        self._random = random.Random(self.seed)

    def hit(self, rate: float) -> bool:
        if rate <= 0:
            return False
        return rate >= 1 or self._random.random() < rate

    def spread(self, width: float) -> float:
        return self._random.uniform(0, width) if width else 0.0

    def takes(self, rule: ErrorRule | AfterRule) -> bool:
        """Whether this rule strikes now; counted rules wear out."""
        if rule.count == 0 or not self.hit(rule.rate):
            return False
        if rule.count is not None:
            rule.count -= 1
        return True


def struck_error(behaviour: Behaviour, dice: Dice, endpoint: str, to: str, channel: str) -> ErrorRule | None:
    for rule in behaviour.errors:
        fits = rule.endpoint in ("*", endpoint) and rule.channel == channel and (not rule.to or rule.to in to)
        if fits and dice.takes(rule):
            return rule
    return None


def struck_after(behaviour: Behaviour, dice: Dice, to: str) -> AfterRule | None:
    for rule in behaviour.after_accept:
        if (not rule.to or rule.to in to) and dice.takes(rule):
            return rule
    return None
