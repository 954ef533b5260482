"""Webhook delivery: batched, signed over the raw bytes, retried with backoff until the receiver says 200."""

import asyncio
import hashlib
import hmac
import json
from collections import Counter, deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import groupby
from time import time
from typing import Any

import aiohttp
import orjson

from apps.simulator.behaviour import Behaviour, Dice
from apps.simulator.entities import JSON

RETRY_FOR_SECONDS = 7 * 86_400
LOG_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    secret: str


@dataclass(slots=True)
class Event:
    waba_id: str
    field: str
    value: JSON
    time: int | None = None
    done: asyncio.Future[int] | None = None


@dataclass(slots=True)
class Parcel:
    """One POST: its exact bytes never change between attempts."""

    target: Target
    body: bytes
    events: list[Event]
    signature: str
    attempts: int = 0
    first_at: float = field(default_factory=time)


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def render(events: list[Event], json_style: str = "utf8") -> bytes:
    entries = [_entry(waba_id, at, list(group)) for (waba_id, at), group in groupby(events, _entry_key)]
    envelope = {"object": "whatsapp_business_account", "entry": entries}
    if json_style == "ascii":
        return json.dumps(envelope, separators=(",", ":")).replace("/", "\\/").encode()
    return orjson.dumps(envelope)


def _entry_key(event: Event) -> tuple[str, int | None]:
    return event.waba_id, event.time


def _entry(waba_id: str, at: int | None, events: list[Event]) -> JSON:
    entry: JSON = {"id": waba_id, "changes": [{"value": e.value, "field": e.field} for e in events]}
    if at is not None:
        entry["time"] = at
    return entry


class WebhookSender:
    def __init__(self, behaviour: Behaviour, dice: Dice) -> None:
        self.behaviour = behaviour
        self.dice = dice
        self.counts: Counter[str] = Counter()
        self.log: deque[JSON] = deque(maxlen=LOG_LENGTH)
        self._queues: dict[Target, deque[Event]] = {}
        self._wakes: dict[Target, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pumps: Counter[Target] = Counter()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": "facebookexternalua"})

    async def stop(self) -> None:
        await self.forget()
        if self._session:
            await self._session.close()

    async def forget(self) -> None:
        """Drop everything that is waiting or being retried."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._queues.clear()
        self._wakes.clear()
        self._pumps.clear()
        self.counts.clear()
        self.log.clear()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the webhook sender was not started")
        return self._session

    # -- queueing --------------------------------------------------------------------------------------------------

    def enqueue(self, target: Target, event: Event) -> None:
        self.counts["events"] += 1
        if not target.url or self.dice.hit(self.behaviour.webhook_drop):
            self.counts["dropped"] += 1
            _settle(event, 0)
            return
        delay = self.behaviour.webhook_delay_ms / 1000
        if self.dice.hit(self.behaviour.webhook_reorder):
            self.counts["reordered"] += 1
            delay += 0.05 + self.dice.spread(0.45)
        if delay:
            asyncio.get_running_loop().call_later(delay, self._put, target, event)
        else:
            self._put(target, event)

    def _put(self, target: Target, event: Event) -> None:
        if target not in self._queues:
            self._queues[target] = deque()
            self._wakes[target] = asyncio.Semaphore(0)
        while self._pumps[target] < max(1, self.behaviour.webhook_concurrency):
            self._pumps[target] += 1
            self._spawn(self._pump(target))
        self._queues[target].append(event)
        self._wakes[target].release()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pump(self, target: Target) -> None:
        queue, wake = self._queues[target], self._wakes[target]
        while True:
            await wake.acquire()
            if not queue:
                continue
            events = [queue.popleft() for _ in range(min(len(queue), max(1, self.behaviour.webhook_batch)))]
            body = render(events, self.behaviour.json_style)
            await self.post(Parcel(target, body, events, sign(target.secret, body)))

    # -- posting ---------------------------------------------------------------------------------------------------

    async def post(self, parcel: Parcel) -> None:
        status = await self._attempt(parcel)
        if status == 200 and self.dice.hit(self.behaviour.webhook_duplicate):
            self.counts["duplicated"] += 1
            await self._attempt(parcel)
        if status == 200:
            for event in parcel.events:
                _settle(event, status)
        else:
            self._spawn(self._retry(parcel))

    async def _retry(self, parcel: Parcel) -> None:
        """Redeliver with growing pauses, beside the stream: Meta never promises order."""
        while time() - parcel.first_at < RETRY_FOR_SECONDS:
            pause = self.behaviour.retry_base_ms * 2 ** min(parcel.attempts - 1, 16)
            await asyncio.sleep(min(pause, self.behaviour.retry_max_ms) / 1000)
            self.counts["retried"] += 1
            status = await self._attempt(parcel)
            if status == 200:
                for event in parcel.events:
                    _settle(event, status)
                return

    async def _attempt(self, parcel: Parcel) -> int:
        parcel.attempts += 1
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": parcel.signature}
        timeout = aiohttp.ClientTimeout(total=self.behaviour.webhook_timeout_ms / 1000)
        try:
            async with self.session.post(
                parcel.target.url, data=parcel.body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            status = 0
            self.counts[f"error:{type(error).__name__}"] += 1
        self.counts["posts"] += 1
        self.counts["accepted" if status == 200 else "refused"] += 1
        self.log.append({"at": time(), "status": status, "attempt": parcel.attempts, "events": len(parcel.events)})
        return status

    async def post_raw(self, target: Target, body: bytes, signature: str | None) -> int:
        """Post exact bytes once with any signature, to try what a receiver does with bad ones."""
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature
        async with self.session.post(target.url, data=body, headers=headers, allow_redirects=False) as response:
            await response.read()
            return response.status

    async def verify(self, url: str, verify_token: str, challenge: str) -> JSON:
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        timeout = aiohttp.ClientTimeout(total=10)
        try:
            async with self.session.get(url, params=query, timeout=timeout, allow_redirects=False) as response:
                text = await response.text()
                return {"ok": response.status == 200 and text == challenge, "status": response.status}
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return {"ok": False, "status": 0, "error": str(error)}


def _settle(event: Event, status: int) -> None:
    if event.done and not event.done.done():
        event.done.set_result(status)
