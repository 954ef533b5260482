"""A customer's first message → the bot's answer is posted to the provider, 50 new conversations a second, evenly
spaced, with web and worker running as `make run` starts them, in a house with a past: plans made for empty tables are
not what anybody runs on."""

import asyncio
import time
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks import crowd, payloads
from benchmarks.house import House
from benchmarks.rounds import Goal, Row, percentile

RATE, WARM, PAST = 50, 100, 20_000
PROVIDER_SECONDS = 0.06
HALF = Goal("message → bot's answer at the provider, p50", "ms", must=60, aim=40, more_is_better=False, is_ratio=False)
MOST = Goal("message → bot's answer at the provider, p95", "ms", must=150, aim=90, more_is_better=False, is_ratio=False)
_people = count(2_000_000)
_STEPS = [("start", {}), ("message", {"text": "Olá, {{contact.first_name}}!"}), ("end", {})]
_FLOW = {
    "schema": 1,
    "nodes": [
        {"id": f"n{at}", "kind": kind, "x": at * 300, "y": 0, "label": "", "fields": fields}
        for at, (kind, fields) in enumerate(_STEPS, 1)
    ],
    "edges": [{"from": "n1", "port": "next", "to": "n2"}, {"from": "n2", "port": "next", "to": "n3"}],
    "comments": [],
}


def run(house: House) -> list[Row]:
    _publish(house)
    with house.connect() as connection:
        crowd.conversations(connection, PAST)
        connection.execute("ANALYZE")
    served, worker = house.web(), house.worker()
    try:
        found = asyncio.run(_all(house, WARM + house.amount(3_000, 600)))[WARM:]
    finally:
        house.stop(worker)
        house.stop(served)
    samples, note = {"measured": found}, f"{len(found)} conversations, {RATE} a second; POST begun → answer received"
    return [
        Row(HALF, percentile(found, 0.5), None, samples, note),
        Row(MOST, percentile(found, 0.95), None, samples, note),
    ]


def _publish(house: House) -> None:
    from apps.chatbots import services  # noqa: PLC0415 - Django has to be set up first
    from apps.chatbots.models import Trigger  # noqa: PLC0415
    from apps.organizations.tenancy import tenant_scope  # noqa: PLC0415

    with tenant_scope(house.demo["organization"]["id"]):
        bot = services.create_bot(name="Medida", by=None)
        flow = bot.flows.get()
        services.save_draft(flow, _FLOW, 1, None)
        services.publish(flow, None)
        Trigger.objects.create(flow=flow, kind=Trigger.Kind.FIRST)
        bot.is_active = True
        bot.save()


async def _all(house: House, number: int) -> list[float]:
    """Milliseconds in the order of the posts. Raises when an answer is still missing 20 s after the last post."""
    began: dict[str, float] = {}
    took: dict[str, float] = {}
    done = asyncio.Event()

    async def accept(request: web.Request) -> web.Response:
        at, body = time.perf_counter(), await request.json()
        person = str(body.get("to", "")).lstrip("+")
        if person in began and person not in took:
            took[person] = (at - began[person]) * 1000
            if len(took) == number:
                done.set()
        await asyncio.sleep(PROVIDER_SECONDS)
        return web.json_response({"messages": [{"id": f"wamid.ANSWER{time.time_ns()}"}]})

    application = web.Application()
    application.router.add_post("/{rest:.*}", accept)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", house.stub_port).start()
    try:
        await _post_all(house, number, began)
        async with asyncio.timeout(20):
            await done.wait()
    except TimeoutError:
        raise RuntimeError(f"{number - len(took)} of {number} answers are missing") from None
    finally:
        await runner.cleanup()
    return [took[person] for person in began]


async def _post_all(house: House, number: int, began: dict[str, float]) -> None:
    start = time.perf_counter() + 0.2
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        for turn in range(number):
            await asyncio.sleep(max(0.0, start + turn / RATE - time.perf_counter()))
            tasks.create_task(_post(house, session, next(_people), began))


async def _post(house: House, session: aiohttp.ClientSession, person: int, began: dict[str, float]) -> None:
    body = payloads.inbound(house.demo, person, f"wamid.ASK{person}", "Oi")
    head, _, payload = payloads.request(house.demo, body).partition(b"\r\n\r\n")
    headers: dict[str, Any] = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    headers.pop("Content-Length")
    began[payloads.phone(person)] = time.perf_counter()
    async with session.post(f"{house.url}/webhooks/whatsapp/", data=payload, headers=headers) as answer:
        if answer.status != 200:
            raise RuntimeError(f"the webhook answered {answer.status}")
