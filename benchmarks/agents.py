"""1,000 agents' sockets in one process, each of another person, while 50 messages a second arrive: a push to one."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from apps.conversations.models import Conversation
from apps.core.realtime import Push, push_all
from apps.organizations.models import Membership, Organization
from apps.organizations.tenancy import tenant_scope
from apps.routing.models import NumberRoute
from apps.teams.models import Department, Queue
from benchmarks import crowd, payloads
from benchmarks.house import House
from benchmarks.pushes import Sockets
from benchmarks.rounds import Goal, Row, percentile

AGENTS, PER_QUEUE, RATE, PAUSE = 1_000, 20, 50, 0.1
GOAL = Goal("push to one of 1,000 agents, 50 msg/s arriving, p95", "ms", 150, 50, more_is_better=False, is_ratio=False)


def run(house: House) -> list[Row]:
    house.static()
    organization = Organization.objects.get()
    with tenant_scope(organization):
        members = _staff(organization, house.amount(AGENTS, 200))
    cookies = [_cookie(member.user) for member in members]
    path = f"/o/{organization.slug}/live/"
    with house.connect() as connection:
        conversation = crowd.conversations(connection, 1)[0][0]
    web, worker = house.web(), house.worker()
    file = house.folder / "cookies"
    file.write_text("\n".join(cookies[1:]))
    try:
        with (
            Sockets(house.port, len(cookies) - 1, path, f"@{file}"),
            Sockets(house.port, 1, path, cookies[0]) as watched,
            _arriving(house) as arrived,
        ):
            time.sleep(3)
            found = [_one(watched, organization, members[0], conversation) for _ in range(house.amount(200, 40))]
    finally:
        house.stop(worker)
        house.stop(web)
    note = f"median {percentile(found, 0.5):.1f} ms; {len(arrived)} messages in {arrived[-1] - arrived[0]:.0f} s"
    return [Row(GOAL, percentile(found, 0.95), None, {"measured": found}, note)]


def _staff(organization: Organization, number: int) -> list[Membership]:
    """Agents, twenty to a queue; the first is in none, so that only what is measured is pushed to them."""
    users = User.objects.bulk_create(
        [User(email=f"agente{n}@medida.example", full_name=f"Agente {n}", password="!") for n in range(number)]
    )
    members = Membership.objects.bulk_create(
        [Membership(organization=organization, user=user, role="agent") for user in users]
    )
    department = Department.objects.create(name="Agentes")
    queues = [Queue.objects.create(name=f"A{n}", department=department) for n in range(number // PER_QUEUE)]
    for at, queue in enumerate(queues):
        queue.members.set(members[at * PER_QUEUE + 1 : (at + 1) * PER_QUEUE + 1])
    NumberRoute.objects.update(queue=queues[0])
    return members


def _cookie(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextmanager
def _arriving(house: House) -> Iterator[list[float]]:
    """Customers write while the block runs, half of them for the first time; gives the moments of their messages."""
    moments, ended = [time.monotonic()], threading.Event()

    def post() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
        while not ended.wait(max(0.0, moments[0] + len(moments) / RATE - time.monotonic())):
            number = len(moments)
            person = 700_000 + (number if number % 2 else number % 200)
            body = payloads.inbound(house.demo, person, f"wamid.A{number:014d}", f"Oi, pedido {number}")
            head, _, payload = payloads.request(house.demo, body).partition(b"\r\n\r\n")
            connection.request("POST", "/webhooks/whatsapp/", payload, _headers(head))
            with connection.getresponse() as answer:
                answer.read()
            moments.append(time.monotonic())

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield moments
    finally:
        ended.set()
        thread.join()


def _headers(head: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])


def _one(watched: Sockets, organization: Organization, member: Membership, conversation: Any) -> float:
    """A row whose version is new, so that it has to be rendered."""

    def publish() -> float:
        with tenant_scope(organization):
            row = Conversation.objects.get(pk=conversation)
            row.version += 1
            row.save(update_fields=["version"])
            began = time.time()
            groups = frozenset({f"member:{member.pk}"})
            push_all(organization.pk, [Push(groups, "row", {"conversation": str(conversation)})])
        return began

    time.sleep(PAUSE)
    return watched.delays(publish)[0]
