"""Publish → browser sockets, beside a bare ASGI hub with one SUBSCRIBE; and what a socket costs in memory."""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any, Self

import redis

from django.conf import settings

from apps.conversations.models import Conversation
from apps.core.realtime import Push, push_all
from apps.ops.stack.ports import free_port
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from benchmarks import crowd, reference_hub
from benchmarks.house import ROOT, House
from benchmarks.rounds import Goal, Row, interleave, percentile
from benchmarks.visitors import cookie

CROWD, PAUSE = 1_000, 0.02
ONE = Goal("push → one socket, p95", "ms", must=2.0, aim=1.3, more_is_better=False)
MANY = Goal("push → 1,000 sockets, p95", "ms", must=1.7, aim=1.2, more_is_better=False)
MEMORY = Goal("memory a socket, of 1,000", "KB", must=20, aim=20, more_is_better=False, is_ratio=False)


def run(house: House) -> list[Row]:
    with house.connect() as connection:
        conversation = str(crowd.conversations(connection, 1)[0][0])
    house.static()
    web, other_port = house.web(), free_port()
    other = house.web("benchmarks.reference_hub:application", port=other_port)
    try:
        pushed = _Pushed(house, conversation)
        rows = [_compare(ONE, house, other_port, pushed, 1, house.amount(300, 60))[0]]
        row, ours, theirs = _compare(MANY, house, other_port, pushed, CROWD, house.amount(30, 8), web.pid, other.pid)
        note = f"the bare hub's sockets: {theirs:.1f} KB"
        return [*rows, row, Row(MEMORY, ours, None, {"measured": [ours], "bare hub": [theirs]}, note)]
    finally:
        house.stop(other)
        house.stop(web)


class _Pushed:
    """What is published: a list row of a conversation whose version is new, so that the hub has to render it."""

    def __init__(self, house: House, conversation: str) -> None:
        self.organization = Organization.objects.get()
        self.conversation = conversation
        self.redis = redis.Redis.from_url(settings.REDIS_URL)
        self.html = json.dumps({"seq": 1, "type": "upsert", "id": "c", "into": "#list", "html": "x" * 2600})

    def ours(self) -> float:
        with tenant_scope(self.organization):
            row = Conversation.objects.get(pk=self.conversation)
            row.version += 1
            row.save(update_fields=["version"])
            began = time.time()
            push_all(self.organization.pk, [Push(frozenset({"all"}), "row", {"conversation": self.conversation})])
        return began

    def theirs(self) -> float:
        began = time.time()
        self.redis.publish(reference_hub.CHANNEL, self.html)
        return began


class Sockets:
    """A process with so many open sockets; `cookies` is one cookie for all, or `@file` with one a line."""

    def __init__(self, port: int, count: int, path: str, cookies: str) -> None:
        url, origin = f"ws://127.0.0.1:{port}{path}", f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "benchmarks.sockets", url, str(count), cookies, origin, ""]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        self._line()
        return self

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the sockets broke")
        return line

    def delays(self, publish: Any) -> list[float]:
        """Milliseconds from the publishing until each socket had the frame."""
        assert self.process.stdin is not None
        began = publish()
        self.process.stdin.write("sent\n")
        self.process.stdin.flush()
        return [(moment - began) * 1000 for moment in json.loads(self._line())]

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


def _compare(
    goal: Goal, house: House, other_port: int, pushed: _Pushed, count: int, pushes: int, *pids: int
) -> tuple[Row, float, float]:
    path = f"/o/{house.demo['organization']['slug']}/live/"
    before = [_resident(pid) for pid in pids]
    with (
        Sockets(house.port, count, path, cookie(house, 0)) as ours,
        Sockets(other_port, count, "/", "") as theirs,
    ):
        after = [_resident(pid) for pid in pids]
        measured, reference = interleave(
            lambda: _p95(ours, pushed.ours, pushes), lambda: _p95(theirs, pushed.theirs, pushes)
        )
    grown = [(now - then) / count for now, then in zip(after, before, strict=True)] or [0.0, 0.0]
    samples = {"measured": measured, "reference": reference}
    note = "a row that has to be rendered first; the bare hub sends a ready text"
    return Row(goal, median(measured), median(reference), samples, note), grown[0], grown[1]


def _p95(sockets: Sockets, publish: Any, pushes: int) -> float:
    found: list[float] = []
    for _ in range(pushes):
        found += sockets.delays(publish)
        time.sleep(PAUSE)
    return percentile(found, 0.95)


def _resident(pid: int) -> float:
    """Resident memory in KB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4
