"""Opening a conversation, and resolving one until the next stands there, beside 10,000 open conversations."""

import http.client
import time
from typing import Any
from urllib.parse import urlencode

from apps.organizations.models import Membership, Organization
from apps.organizations.tenancy import tenant_scope
from benchmarks import crowd
from benchmarks.house import House
from benchmarks.rounds import Goal, Row, percentile
from benchmarks.visitors import cookie

OTHERS, LINES, WARM = 10_000, 60, 5
TOKEN = "b" * 32
OPEN = Goal("opening a conversation, p95", "ms", must=200, aim=100, more_is_better=False, is_ratio=False)
PAGE = Goal("opening a conversation's page, p95", "ms", must=200, aim=100, more_is_better=False, is_ratio=False)
NEXT = Goal("resolved → the next conversation, p95", "ms", must=150, aim=75, more_is_better=False, is_ratio=False)


def run(house: House) -> list[Row]:
    house.static()
    organization, times = Organization.objects.get(), house.amount(200, 40) + WARM
    with house.connect() as connection:
        crowd.conversations(connection, house.amount(OTHERS, 2_000))
        pairs = crowd.conversations(connection, times + 1)
        for _ in range(LINES):
            crowd.messages(connection, pairs, "read")
        with tenant_scope(organization):
            holder = Membership.objects.get(user__email=house.demo["logins"][0]["email"])
        _hold(connection, holder, pairs)
        connection.execute("ANALYZE")
    web = house.web()
    try:
        visitor = _Visitor(house, organization.slug)
        ids = [str(pk) for pk, _contact in pairs]
        opened = [visitor.took(lambda pk=pk: visitor.open(pk)) for pk in ids[:times]]
        pages = [visitor.took(lambda pk=pk: visitor.page(pk)) for pk in ids[:times]]
        moved = [visitor.took(lambda at=at: visitor.resolve(ids[at], ids[at + 1])) for at in range(times)]
    finally:
        house.stop(web)
    note = f"{LINES} lines each, one process for pages and sockets"
    return [_row(OPEN, opened, note), _row(PAGE, pages, note), _row(NEXT, moved, note)]


def _hold(connection: Any, holder: Membership, pairs: list[crowd.Pair]) -> None:
    ids = [pk for pk, _contact in pairs]
    connection.execute(
        "UPDATE conversations_conversation SET assignee_id = %s, assigned_at = now(), unread_count = 2 "
        "WHERE id = ANY(%s::uuid[])",
        [holder.pk, ids],
    )


def _row(goal: Goal, milliseconds: list[float], note: str) -> Row:
    found = milliseconds[WARM:]
    told = f"median {percentile(found, 0.5):.1f} ms; {note}"
    return Row(goal, percentile(found, 0.95), None, {"measured": found}, told)


class _Visitor:
    """A browser's requests over one kept-alive connection."""

    def __init__(self, house: House, slug: str) -> None:
        self.base = f"/o/{slug}"
        self.connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
        self.headers = {"Cookie": f"{cookie(house, 0)}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "Origin": house.url}

    def took(self, act: Any) -> float:
        began = time.perf_counter()
        act()
        return (time.perf_counter() - began) * 1000

    def open(self, conversation: str) -> None:
        self._ask("GET", f"/conversations/{conversation}/")

    def page(self, conversation: str) -> None:
        self._ask("GET", f"/desk/conversations/{conversation}/", fragment=False)

    def resolve(self, conversation: str, following: str) -> None:
        body = urlencode({"outcome": "resolved", "following": following})
        self._ask("POST", f"/conversations/{conversation}/close/", body)

    def _ask(self, method: str, path: str, body: str = "", *, fragment: bool = True) -> None:
        headers = {**self.headers, "Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"HX-Request": "true"} if fragment else {}
        self.connection.request(method, self.base + path, body or None, headers)
        with self.connection.getresponse() as answer:
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{method} {path}: {answer.status}")
