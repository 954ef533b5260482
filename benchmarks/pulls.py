"""Pulling and automatic assignment beside 10,000 conversations that wait in 50 queues."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.house import House
from benchmarks.rounds import Goal, Row

QUEUES, WAITING, AGENTS, TIMES = 50, 10_000, 10, 300


def run(house: House) -> list[Row]:
    from apps.organizations.tenancy import tenant_scope  # noqa: PLC0415 - Django has to be set up first

    with tenant_scope(house.demo["organization"]["id"]):
        queues, members = _furnish()
        _fill(house, queues)
        return [
            _row("pull beside 10,000 waiting, p95", _pull(members)),
            _row("automatic assignment beside 10,000 waiting, p95", _assignment(queues, members)),
        ]


def _furnish() -> tuple[list[Any], list[Any]]:
    """Half of the queues pull, half are automatic; a tenth require a skill."""
    from apps.core.clock import now  # noqa: PLC0415
    from apps.organizations.models import Membership  # noqa: PLC0415
    from apps.teams.models import Agent, Department, MemberSkill, Queue, QueueSkill, Skill  # noqa: PLC0415

    department = Department.objects.create(name="Medida")
    members = list(Membership.objects.exclude(role="viewer").select_related("user"))[:AGENTS]
    department.members.set(members)
    modes = ("manual", "least_busy")
    queues = [
        Queue.objects.create(name=f"M{n}", department=department, mode=modes[n % 2], priority=1 + n % 9)
        for n in range(QUEUES)
    ]
    skill = Skill.objects.create(name="Medida")
    QueueSkill.objects.bulk_create([QueueSkill(queue=queue, skill=skill, minimum=2) for queue in queues[::10]])
    MemberSkill.objects.bulk_create([MemberSkill(membership=member, skill=skill, level=3) for member in members])
    for member in members:
        seen = {"presence": "online", "last_seen_at": now(), "last_active_at": now(), "capacity": 100}
        Agent.objects.update_or_create(membership=member, defaults=seen)
    return queues, members


def _fill(house: House, queues: list[Any]) -> None:
    """One customer in a hundred is a VIP."""
    from django.db import connection  # noqa: PLC0415

    from apps.contacts.models import Contact  # noqa: PLC0415
    from apps.conversations.models import Conversation  # noqa: PLC0415
    from apps.core.clock import now  # noqa: PLC0415

    contacts = Contact.objects.bulk_create(
        [Contact(phone=f"55418{10_000_000 + n}", is_vip=n % 100 == 0) for n in range(WAITING)], batch_size=1000
    )
    number, moment = house.demo["number"]["id"], now()
    Conversation.objects.bulk_create(
        [
            Conversation(
                contact=contact, number_id=number, queue=queues[n % QUEUES], queued_at=moment - timedelta(seconds=n)
            )
            for n, contact in enumerate(contacts)
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_conversation, contacts_contact")


def _pull(members: list[Any]) -> list[float]:
    from apps.routing import services  # noqa: PLC0415

    turns = iter(members * TIMES)
    return _times(lambda: services.pull(next(turns)), TIMES)


def _assignment(queues: list[Any], members: list[Any]) -> list[float]:
    """Choosing from the roster and giving, one conversation at a time."""
    from apps.routing import distributing, waiting  # noqa: PLC0415

    automatic = [queue for queue in queues if queue.mode != "manual"]
    due = iter(waiting.upcoming(automatic, TIMES))
    by_id, turns = {queue.pk: queue for queue in automatic}, iter(members * TIMES)

    def give() -> None:
        conversation, queue = next(due)
        distributing.hand_over(conversation, by_id[queue], next(turns).pk)

    return _times(give, min(TIMES, 200))


def _times(act: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)


def _row(name: str, milliseconds: list[float]) -> Row:
    p95 = milliseconds[int(len(milliseconds) * 0.95) - 1]
    goal = Goal(name, "ms", must=30, aim=15, more_is_better=False, is_ratio=False)
    note = f"median {milliseconds[len(milliseconds) // 2]:.1f} ms"
    return Row(goal, p95, None, {"ours": milliseconds}, note)
