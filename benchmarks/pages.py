"""The inbox page of fifty rows, logged in, beside a plain Django view of one template with the same rows."""

import json
import pickle
import subprocess
import sys
from statistics import median
from subprocess import Popen

from apps.ops.stack.ports import free_port
from benchmarks import crowd
from benchmarks.house import ROOT, House
from benchmarks.rounds import Goal, Row, interleave
from benchmarks.visitors import cookie

USERS = (10, 50)


def run(house: House) -> list[Row]:
    house.static()
    with house.connect() as connection:
        crowd.conversations(connection, 200)
    slug = house.demo["organization"]["slug"]
    ours, theirs = free_port(), free_port()
    servers = [granian(house, "pytake.wsgi:application", ours)]
    servers.append(granian(house, "benchmarks.plain.wsgi:application", theirs))
    try:
        cookies = [cookie(house, number % 2) for number in range(max(USERS))]  # those who see everything
        page, plain = f"/o/{slug}/desk/conversations/?tab=all", f"/plain/{slug}/"
        return [_compare(house, users, (ours, page, cookies), (theirs, plain, [""])) for users in USERS]
    finally:
        for server in servers:
            house.stop(server)


def granian(house: House, app: str, port: int) -> "Popen[bytes]":
    flags = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    flags += ["--blocking-threads", "2", "--no-access-log", "--log-level", "warning"]
    return house.start("-m", "granian", *flags, app, port=port)


def _compare(house: House, users: int, ours: tuple[int, str, list[str]], theirs: tuple[int, str, list[str]]) -> Row:
    goal = Goal(f"inbox page, {users} users, p95", "ms", must=1.0, aim=0.5, more_is_better=False)
    measured, reference = interleave(
        lambda: fetch(house, *ours, users)["p95"], lambda: fetch(house, *theirs, users)["p95"]
    )
    return Row(goal, median(measured), median(reference), {"measured": measured, "reference": reference})


def fetch(house: House, port: int, path: str, cookies: list[str], users: int, seconds: float = 0) -> dict[str, float]:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n"
    requests = [(head + (f"Cookie: {text}\r\n" if text else "") + "\r\n").encode() for text in cookies]
    file = house.folder / "visits"
    file.write_bytes(pickle.dumps(requests))
    command = [sys.executable, "-m", "benchmarks.visits", str(port), str(users), str(file)]
    command.append(str(seconds or house.amount(5, 2)))
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout)
    return found
