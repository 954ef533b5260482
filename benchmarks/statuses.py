"""Delivery statuses, from the journal to the messages, beside a bare UPDATE … FROM VALUES of 100 scattered rows."""

import random
import time
from typing import Any

from benchmarks import crowd, journal, payloads
from benchmarks.house import House
from benchmarks.rounds import ROUNDS, Goal, Row, compare

BATCH, CONVERSATIONS = 100, 2_000
GOAL = Goal("statuses: journal → message rows", "/s", must=0.15, aim=0.25)


def run(house: House) -> list[Row]:
    number = house.amount(2_000, 500)
    with house.connect() as connection, house.connect() as by_hand:
        by_hand.autocommit = False
        pairs = crowd.conversations(connection, CONVERSATIONS)
        wanted = number * 2 * (ROUNDS + 1)
        rows: list[tuple[Any, str | None]] = []
        while len(rows) < wanted:
            rows += crowd.messages(connection, pairs, "sent")
        random.shuffle(rows)
        row = compare(
            GOAL,
            lambda: _through_the_journal(house, connection, _take(rows, number)),
            lambda: _by_hand(by_hand, _take(rows, number)),
            "one status a delivery",
        )
    return [row]


def _take(rows: list[Any], number: int) -> list[Any]:
    taken, rows[:] = rows[:number], rows[number:]
    return taken


def _through_the_journal(house: House, connection: Any, rows: list[tuple[Any, str]]) -> float:
    journal.put(connection, [payloads.status(house.demo, 1, wamid, "delivered") for _, wamid in rows])
    began = time.perf_counter()
    journal.drain()
    seconds = time.perf_counter() - began
    done = "SELECT count(*) FROM conversations_message WHERE status = 'delivered' AND id = ANY(%s)"
    if connection.execute(done, [[pk for pk, _ in rows]]).fetchone() != (len(rows),):
        raise RuntimeError("statuses are missing")
    return len(rows) / seconds


def _by_hand(connection: Any, rows: list[tuple[Any, str]]) -> float:
    values = ", ".join(["(%s::uuid, %s)"] * BATCH)
    update = (
        "UPDATE conversations_message AS m SET status = v.status, changed_at = now() "
        f"FROM (VALUES {values}) AS v(id, status) WHERE m.id = v.id"
    )
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        connection.execute(update, [part for pk, _ in batch for part in (pk, "delivered")])
        connection.commit()
    return len(rows) / (time.perf_counter() - began)
