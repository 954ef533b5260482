"""The send loop to a provider that takes 60 ms, beside a bare aiohttp and orjson loop with 200 requests in flight."""

import asyncio
import time
from typing import Any

import aiohttp
import orjson

from apps.conversations.sending import courier
from benchmarks import crowd
from benchmarks.house import House
from benchmarks.rounds import Goal, Row, compare
from pytake import collector

IN_FLIGHT = 200
GOAL = Goal("send loop to a 60 ms provider", "msg/s", must=0.6, aim=0.8)


def run(house: House) -> list[Row]:
    number = house.amount(6_000, 1_500)
    collector.calm()  # as a worker does
    stub = house.start("-m", "benchmarks.stub", str(house.stub_port), port=house.stub_port)
    try:
        with house.connect() as connection:
            row = compare(
                GOAL,
                lambda: _courier(connection, number),
                lambda: asyncio.run(_bare(house, number)),
                f"{number} durable rows, one a conversation",
            )
    finally:
        house.stop(stub)
    return [row]


def _courier(connection: Any, number: int) -> float:
    rows = crowd.messages(connection, crowd.conversations(connection, number), "queued")
    connection.execute("ANALYZE conversations_message")
    began = time.perf_counter()
    courier.run()
    seconds = time.perf_counter() - began
    sent = "SELECT count(*) FROM conversations_message WHERE status = 'sent' AND wamid <> '' AND id = ANY(%s)"
    if connection.execute(sent, [[pk for pk, _ in rows]]).fetchone() != (number,):
        raise RuntimeError("messages were not sent")
    return number / seconds


async def _bare(house: House, number: int) -> float:
    url = f"http://127.0.0.1:{house.stub_port}/v26.0/{house.demo['number']['phone_number_id']}/messages"
    left = iter(range(number))
    headers = {"Authorization": "Bearer token", "Content-Type": "application/json"}
    began = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT), headers=headers) as session:

        async def loop() -> None:
            for index in left:
                body = {"messaging_product": "whatsapp", "to": "5511999990000", "type": "text"}
                text = {"body": f"Seu pedido {index} saiu para entrega", "preview_url": True}
                async with session.post(url, data=orjson.dumps({**body, "text": text})) as answer:
                    orjson.loads(await answer.read())["messages"][0]["id"]

        await asyncio.gather(*(loop() for _ in range(IN_FLIGHT)))
    return number / (time.perf_counter() - began)
