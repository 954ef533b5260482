"""Fault injection against the real stack: `python -m benchmarks.soak` (full size; the test suite runs a short form).

Deliveries are posted three times and shuffled while web and worker are killed and Valkey is flushed; sends meet lost
answers and killed workers. What counts is what is in the rows afterwards, and what the simulated Meta received.
"""

import contextlib
import hashlib
import hmac
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


def through(faults: list[Callable[[], None]], every: float, work: Callable[[], object]) -> None:
    """Do the work in the background while the faults happen here, one after another: what is started again belongs to
    the life of the thread that started it."""
    with ThreadPoolExecutor(1) as background:
        working = background.submit(work)
        for fault in faults:
            time.sleep(every)
            fault()
        working.result()


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
    """One customer's text, now."""
    phone = f"55119{70_000_000 + number % customers}"
    said = {"from": phone, "id": f"wamid.soak.{number}", "timestamp": str(int(time.time())), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": stack.demo["number"]["phone_number_id"]},
        "contacts": [{"profile": {"name": phone}, "wa_id": phone}],
        "messages": [{**said, "text": {"body": f"soak {number}"}}],
    }
    entry = {"id": stack.demo["waba_id"], "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def insist(stack: Stack, body: bytes) -> None:
    """As Meta: again and again until it is acknowledged."""
    signature = hmac.new(stack.demo["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
    deadline = time.monotonic() + QUIET_SECONDS
    while (status := post(f"{stack.url}/webhooks/whatsapp/", body, headers)) != 200:
        if status not in (0, 503) or time.monotonic() > deadline:
            raise RuntimeError(f"a delivery was answered with {status}")
        time.sleep(0.2)


def inbound(stack: Stack, *, deliveries: int, faults: list[Callable[[], None]], every: float = 1.0) -> dict[str, Any]:
    """Post everything three times, shuffled (the third time in other bytes), through the faults."""
    customers = max(deliveries // 20, 1)
    bodies = [delivery(stack, number, customers) for number in range(deliveries)]
    posts = bodies + bodies + [body + b" " for body in bodies]
    random.Random(20).shuffle(posts)
    began = time.monotonic()

    def post_all() -> None:
        with ThreadPoolExecutor(POSTERS) as posters:
            list(posters.map(lambda body: insist(stack, body), posts))

    through(faults, every, post_all)
    posted = time.monotonic()
    lost = wait_quiet(lambda: deliveries - stored(stack), "deliveries wait")
    rows = stack.rows("SELECT wamid FROM conversations_message WHERE wamid LIKE 'wamid.soak.%%'")
    unread = stack.rows(
        "SELECT sum(unread_count), count(*) FROM conversations_conversation AS c "
        "JOIN contacts_contact AS p ON p.id = c.contact_id WHERE p.phone LIKE '551197%%'"
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
    query = "SELECT count(DISTINCT wamid) FROM conversations_message WHERE wamid LIKE 'wamid.soak.%%'"
    return int(stack.rows(query)[0][0])


def wait_quiet(missing: Callable[[], int], problem: str) -> int:
    """How many are still missing when everything had its time."""
    with contextlib.suppress(AssertionError):
        wait_until(lambda: missing() <= 0, QUIET_SECONDS, problem, every=0.3)
    return missing()


QUEUE = """
from uuid import uuid4
from apps.conversations import sending
from apps.conversations.models import Conversation
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
with tenant_scope(Organization.objects.get(slug="loja-aurora")):
    chats = list(Conversation.objects.filter(contact__phone__startswith="551197"))
    for number in range({sends}):
        draft = sending.Draft(uuid4(), text=f"soak answer {{number}}")
        sending.send(chats[number % len(chats)].pk, draft, author=None)
"""
RECONCILE = "from apps.conversations.sending.reconcile import reconcile; reconcile(lease=1)"


def outbound(stack: Stack, *, sends: int, faults: list[Callable[[], None]], every: float = 1.0) -> dict[str, Any]:
    """Answers to the customers of `inbound`; 5 % of the accepted ones lose their answer in three ways."""
    stack.control("faults", {**CALM, "after_accept": [{"mode": mode, "rate": 0.025} for mode in ("reset", "5xx")]})
    began = time.monotonic()
    through(faults, every, lambda: stack.manage("shell", "-v", "0", "-c", QUEUE.format(sends=sends)))
    wait_quiet(lambda: count(stack, "queued"), "sends wait")
    time.sleep(2)
    stack.manage("shell", "-v", "0", "-c", RECONCILE)
    wait_quiet(lambda: count(stack, "queued", "sending"), "sends are under way")
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
    query = "SELECT count(*) FROM conversations_message WHERE text LIKE 'soak answer %%' AND status = ANY(%s)"
    return int(stack.rows(query, list(states))[0][0])


def kills(stack: Stack, number: int, *, flushes: int = 0) -> list[Callable[[], None]]:
    """Crashes of worker and web in turn, with the flushes of Valkey in their middle."""
    faults = [crash(stack, ("worker", "web")[at % 2]) for at in range(number)]
    for at in range(flushes):
        faults.insert((at + 1) * number // (flushes + 1), flush(stack))
    return faults


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="pytake-soak-", dir="/var/tmp"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder / "postgres")
    stack = Stack(folder, postgres.start())

    def restart() -> None:
        postgres.kill()
        postgres.start()

    try:
        stack.start()
        faults = [*kills(stack, 20, flushes=2), restart, restart, restart]
        said = inbound(stack, deliveries=100_000, faults=faults, every=20.0)
        print(json.dumps({"inbound": said}, indent=2), flush=True)
        answered = outbound(stack, sends=50_000, faults=kills(stack, 20), every=15.0)
        print(json.dumps({"outbound": answered}, indent=2), flush=True)
    finally:
        stack.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    good = not (said["lost"] or said["duplicated"] or answered["automatic_duplicates"] or answered["unsettled"])
    return 0 if good else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pytake.settings.local")
    sys.exit(main())
