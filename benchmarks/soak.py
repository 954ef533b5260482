"""Fault injection against the real stack: `python -m benchmarks.soak` (full size; `0.1` after it makes it a tenth; the
test suite runs a short form).

Deliveries are posted three times and shuffled while web and worker are killed and Valkey is flushed; sends meet lost
answers and killed workers. What counts is what is in the rows afterwards, and what the simulated Meta received.
"""

import contextlib
import hashlib
import hmac
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import redis

from apps.ops.stack.embedded import EmbeddedPostgres
from pytake.tests.stack import Stack, post, wait_until

POSTERS = 12
SETTLED = {"sent", "delivered", "read", "failed", "unknown", "held"}
QUIET_SECONDS = 60.0


def through(faults: list[Callable[[], None]], progress: Callable[[], float], work: Callable[[], object]) -> None:
    """Do the work in the background while the faults happen here, evenly over its `progress` (0 to 1): what is started
    again belongs to the life of the thread that started it."""
    with ThreadPoolExecutor(1) as background:
        working = background.submit(work)
        for at, fault in enumerate(faults):
            while progress() < (at + 1) / (len(faults) + 1) and not working.done():
                time.sleep(0.05)
            fault()
        working.result()


_OWN = "wamid ~ '^wamid[.]soak[.][0-9]{1,6}$'"


def crash(stack: Stack, name: str) -> Callable[[], None]:
    def run() -> None:
        stack.kill(name)
        stack.launch(name)

    return run


def flush(stack: Stack) -> Callable[[], None]:
    def run() -> None:
        with contextlib.closing(redis.Redis.from_url(stack.environ["REDIS_URL"])) as valkey:
            valkey.flushall()

    return run


def delivery(stack: Stack, number: int, customers: int) -> bytes:
    """One customer's text, now. Numbers of up to six digits are the soak's own; others have other customers."""
    first = 70_000_000 if number < 1_000_000 else 80_000_000
    phone = f"55689{first + number % customers}"
    said = {"from": phone, "id": f"wamid.soak.{number}", "timestamp": str(int(time.time())), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": stack.demo["number"]["phone_number_id"]},
        "contacts": [{"profile": {"name": phone}, "wa_id": phone}],
        "messages": [{**said, "text": {"body": f"soak {number}"}}],
    }
    entry = {"id": stack.demo["waba_id"], "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(stack: Stack, body: bytes) -> dict[str, str]:
    signature = hmac.new(stack.demo["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


def insist(stack: Stack, body: bytes) -> None:
    """As Meta: again and again until it is acknowledged."""
    headers, deadline = signed(stack, body), time.monotonic() + QUIET_SECONDS
    while (status := post(f"{stack.url}/webhooks/whatsapp/", body, headers)) != 200:
        if status not in (0, 503) or time.monotonic() > deadline:
            raise RuntimeError(f"a delivery was answered with {status}")
        time.sleep(0.2)


def inbound(stack: Stack, *, deliveries: int, faults: list[Callable[[], None]]) -> dict[str, Any]:
    """Post everything three times, shuffled (the third time in other bytes), through the faults."""
    customers = max(deliveries // 20, 1)
    bodies = [delivery(stack, number, customers) for number in range(deliveries)]
    posts = bodies + bodies + [body + b" " for body in bodies]
    random.Random(20).shuffle(posts)
    began, acknowledged = time.monotonic(), itertools.count()
    done = 0

    def post_one(body: bytes) -> None:
        nonlocal done
        insist(stack, body)
        done = next(acknowledged)

    def post_all() -> None:
        with ThreadPoolExecutor(POSTERS) as posters:
            list(posters.map(post_one, posts))

    through(faults, lambda: done / len(posts), post_all)
    posted = time.monotonic()
    lost = wait_quiet(lambda: deliveries - stored(stack), "deliveries wait")
    rows = stack.rows(f"SELECT wamid FROM conversations_message WHERE {_OWN}")
    unread = stack.rows(
        "SELECT sum(unread_count), count(*) FROM conversations_conversation AS c "
        "JOIN contacts_contact AS p ON p.id = c.contact_id WHERE p.phone LIKE '556897%%'"
    )[0]
    return {
        "deliveries": deliveries,
        "posts": len(posts),
        "lost": lost,
        "duplicated": len(rows) - len(set(rows)),
        "unread": int(unread[0] or 0),
        "conversations": unread[1],
        "customers": customers,
        "post_seconds": round(posted - began, 1),
        "drain_seconds": round(time.monotonic() - posted, 1),
    }


def stored(stack: Stack) -> int:
    query = f"SELECT count(DISTINCT wamid) FROM conversations_message WHERE {_OWN}"
    return int(stack.rows(query)[0][0])


def wait_quiet(missing: Callable[[], int], problem: str) -> int:
    """How many are still missing when for a minute nothing more came."""
    left, seen = missing(), -1
    while left > 0 and left != seen:
        seen = left
        with contextlib.suppress(AssertionError):
            wait_until(lambda: missing() <= 0, QUIET_SECONDS, problem, every=0.3)
        left = missing()
    return left


QUEUE = """
from uuid import uuid4
from apps.conversations import sending
from apps.conversations.models import Conversation
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
with tenant_scope(Organization.objects.get(slug="loja-aurora")):
    chats = list(Conversation.objects.filter(contact__phone__startswith="556897"))
    for number in range({sends}):
        draft = sending.Draft(uuid4(), text=f"soak answer {{number}}")
        sending.send(chats[number % len(chats)].pk, draft, author=None)
"""
RECONCILE = "from apps.conversations.sending.reconcile import reconcile; reconcile(lease=5)"


def take_all(stack: Stack) -> None:
    """Until nothing waits or is under way: what a killed worker had claimed is given up after seconds, not minutes, and
    what waited behind it goes on."""
    deadline = time.monotonic() + QUIET_SECONDS * 3
    while count(stack, "queued", "sending") and time.monotonic() < deadline:
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not count(stack, "queued", "sending"), 8, every=0.3)
            return
        stack.manage("shell", "-v", "0", "-c", RECONCILE)


def _write_and_take(stack: Stack, queue: str) -> None:
    stack.manage("shell", "-v", "0", "-c", queue)
    take_all(stack)


def outbound(stack: Stack, *, sends: int, faults: list[Callable[[], None]]) -> dict[str, Any]:
    """Answers to the customers of `inbound`; 5 % of the accepted ones lose their answer in three ways."""
    stack.control("faults", {**CALM, "after_accept": [{"mode": mode, "rate": 0.025} for mode in ("reset", "5xx")]})
    began = time.monotonic()
    queue = QUEUE.format(sends=sends)
    # Half of the way is being written, half is being taken by the worker.
    through(
        faults,
        lambda: (count(stack) + count(stack, *SETTLED)) / (2 * sends),
        lambda: _write_and_take(stack, queue),
    )
    take_all(stack)
    got = stack.control(f"messages?limit={sends * 3}", method="GET")["messages"]
    texts = Counter(card["payload"]["text"]["body"] for card in got if card["type"] == "text")
    texts = Counter({text: number for text, number in texts.items() if text.startswith("soak answer")})
    states = dict(
        stack.rows("SELECT status, count(*) FROM conversations_message WHERE text LIKE 'soak answer %%' GROUP BY 1")
    )
    stack.control("faults", method="DELETE")
    return {
        "sends": sends,
        "states": states,
        "unsettled": sum(number for name, number in states.items() if name not in SETTLED),
        "rows": sum(states.values()),
        "reached_meta": len(texts),
        "automatic_duplicates": sum(number - 1 for number in texts.values()),
        "seconds": round(time.monotonic() - began, 1),
    }


CALM = {"throughput_per_second": 100_000.0, "pair_burst": 100_000.0, "latency_ms": 5.0}


def count(stack: Stack, *states: str) -> int:
    """Answers in these states; in any without one."""
    query = "SELECT count(*) FROM conversations_message WHERE text LIKE 'soak answer %%' AND (%s OR status = ANY(%s))"
    return int(stack.rows(query, not states, list(states))[0][0])


def authentic(stack: Stack, *, seconds: float, rate: int = 240, forged_every: int = 8) -> dict[str, Any]:
    """Genuine deliveries at a steady rate and forged ones between them: how long the genuine ones wait, and what became
    of the forged ones. Times in milliseconds, from when a post was due."""
    number = itertools.count(8_000_000)
    times: list[float] = []
    answers: Counter[int] = Counter()
    rows = journalled(stack)
    genuine = round(rate * seconds)

    def post_at(due: float, is_forged: bool) -> None:
        body = delivery(stack, next(number), 50)
        headers = signed(stack, body)
        if is_forged:
            headers["X-Hub-Signature-256"] = "sha256=" + "0" * 64
        time.sleep(max(due - time.monotonic(), 0))
        status = post(f"{stack.url}/webhooks/whatsapp/", body, headers)
        if is_forged:
            answers[status] += 1
        else:
            assert status == 200, f"a genuine delivery was answered with {status}"
            times.append((time.monotonic() - due) * 1000)

    began = time.monotonic() + 0.5
    with ThreadPoolExecutor(64) as posters:
        waiting = [posters.submit(post_at, began + at / rate, False) for at in range(genuine)]
        waiting += [posters.submit(post_at, began + at / rate, True) for at in range(0, genuine, forged_every)]
        for one in waiting:
            one.result()
    times.sort()
    return {
        "genuine": genuine,
        "forged": dict(answers),
        "rows_too_many": journalled(stack) - rows - genuine,
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[len(times) * 99 // 100], 1),
    }


def journalled(stack: Stack) -> int:
    own = "position('wamid.soak.8'::bytea IN body) > 0"
    return int(stack.rows(f"SELECT count(*) FROM whatsapp_webhookdelivery WHERE {own}")[0][0])


def kills(stack: Stack, number: int, *, flushes: int = 0) -> list[Callable[[], None]]:
    """Crashes of worker and web in turn, with the flushes of Valkey in their middle."""
    faults = [crash(stack, ("worker", "web")[at % 2]) for at in range(number)]
    for at in range(flushes):
        faults.insert((at + 1) * number // (flushes + 1), flush(stack))
    return faults


def main(scale: float = 1.0) -> int:
    """`scale` 1 is the full size: 100,000 deliveries and 50,000 sends."""
    folder = Path(tempfile.mkdtemp(prefix="pytake-soak-", dir="/var/tmp"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder / "postgres")
    stack = Stack(folder, postgres.start())

    def restart() -> None:
        postgres.kill()
        postgres.start()

    try:
        stack.start()
        steady = tell("authentic", authentic(stack, seconds=max(60 * scale, 10)))
        faults = kills(stack, 20, flushes=2)
        for at in (6, 13, 20):
            faults.insert(at, restart)
        said = tell("inbound", inbound(stack, deliveries=round(100_000 * scale), faults=faults))
        answered = tell("outbound", outbound(stack, sends=round(50_000 * scale), faults=kills(stack, 20)))
    finally:
        stack.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    lost = said["lost"] or said["duplicated"] or answered["automatic_duplicates"] or answered["unsettled"]
    authentic_enough = set(steady["forged"]) == {403} and not steady["rows_too_many"]
    fast_enough = steady["p50_ms"] <= 50 and steady["p99_ms"] <= 1000
    return 0 if not lost and authentic_enough and fast_enough else 1


def tell(name: str, result: dict[str, Any]) -> dict[str, Any]:
    print(json.dumps({name: result}, indent=2), flush=True)
    return result


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pytake.settings.local")
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
