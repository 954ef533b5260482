"""Durable, verified acknowledgements a second at the real address, beside pgbench writing one 2 KB row a commit."""

import json
import os
import pickle
import re
import subprocess
import sys
from itertools import count
from statistics import median
from urllib.parse import urlsplit

from benchmarks import payloads
from benchmarks.house import ROOT, House
from benchmarks.rounds import Goal, Row, interleave

POSTERS, CLIENTS, BODY = 128, 32, 2048
RATE = Goal("durable acks/s, 128 posters", "/s", must=0.7, aim=0.9)
LATENCY = Goal("ack p95, 128 posters", "ms", must=25, aim=25, more_is_better=False, is_ratio=False)
_numbers = count()


def run(house: House) -> list[Row]:
    web = house.web()
    acks, p95 = house.amount(16_000, 4_000), []

    def ours() -> float:
        found = _post(house, acks)
        p95.append(found["p95"])
        return found["rate"]

    try:
        with house.connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, body bytea)")
            connection.execute("TRUNCATE whatsapp_webhookdelivery CASCADE")
        measured, reference = interleave(ours, lambda: _pgbench(house))
    finally:
        house.stop(web)
    samples = {"measured": measured, "reference": reference}
    rate = Row(RATE, median(measured), median(reference), samples, f"{BODY} B bodies, each its own")
    return [rate, Row(LATENCY, median(p95[1:]), None, {"measured": p95[1:]})]


def _post(house: House, number: int) -> dict[str, float]:
    file = house.folder / "requests"
    file.write_bytes(pickle.dumps([_request(house) for _ in range(number)]))
    command = [sys.executable, "-m", "benchmarks.poster", str(house.port), str(POSTERS), str(file)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout)
    with house.connect() as connection:
        stored = connection.execute("SELECT count(*) FROM whatsapp_webhookdelivery").fetchone()
        connection.execute("TRUNCATE whatsapp_webhookdelivery CASCADE")
    if found["bad"] or found["count"] != number or stored != (number,):
        raise RuntimeError(f"not everything was acknowledged and stored: {found}, {stored} rows")
    return found


def _request(house: House) -> bytes:
    number = next(_numbers)
    body = payloads.inbound(house.demo, number % 5000, f"wamid.ACK{number:012d}", "")
    text = f"{number} " * BODY
    return payloads.request(
        house.demo,
        payloads.inbound(house.demo, number % 5000, f"wamid.ACK{number:012d}", text[: BODY - len(body)]),
    )


def _pgbench(house: House) -> float:
    script = house.folder / "row.sql"
    text = "mensagem de um cliente " * 100
    script.write_text(
        f"\\set n random(1, 1000000000)\nINSERT INTO bench_row (body) VALUES (('{text[: BODY - 10]}' || :n)::bytea);\n"
    )
    where = urlsplit(os.environ["DATABASE_URL"])
    command = [str(house.pgbench()), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-f", str(script)]
    command += ["-T", str(house.amount(4, 2)), "-h", "127.0.0.1", "-p", str(where.port), "-U", str(where.username)]
    environ = {"PGPASSWORD": where.password or "", "PATH": os.defpath}
    done = subprocess.run([*command, "pytake"], check=True, env=environ, capture_output=True, text=True)
    with house.connect() as connection:
        connection.execute("TRUNCATE bench_row")
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said no rate: {done.stdout}")
    return float(found[1])
