"""What 100,000 sessions that wait for their timers add to one beat tick: every task of the schedule that comes round
within five seconds, done once."""

import time
from typing import Any

from benchmarks.house import House
from benchmarks.rounds import ROUNDS, Goal, Row

WAITING, TICKS, OFTEN = 100_000, 20, 5.0
GOAL = Goal("beat tick beside 100,000 waiting sessions", "ms", must=1.05, aim=1.02, more_is_better=False)
_FILL = """
INSERT INTO chatbots_session (id, organization_id, conversation_id, version_id, status, state, seed, due_at, waits_for,
  began_by, reason, steps_taken, started_at)
SELECT gen_random_uuid(), %(organization)s, gen_random_uuid(), %(version)s, 'waiting', '{}', n,
  now() + make_interval(days => 1, secs => n), '', 'first', '', 2, now()
FROM generate_series(1, %(number)s) AS n
"""
_EMPTY = "DELETE FROM chatbots_session WHERE version_id = %(version)s"


def run(house: House) -> list[Row]:
    """Rounds with and without the sessions in turn; the fastest tick of a round stands for it."""
    number = house.amount(WAITING, WAITING)
    with house.connect() as connection:
        facts = {"organization": house.demo["organization"]["id"], "version": _version(house), "number": number}
        connection.execute("SET session_replication_role = replica")  # conversations are not what is measured
        ours, theirs = [], []
        for _round in range(house.amount(ROUNDS, 3)):
            connection.execute(_EMPTY, facts)
            connection.execute("VACUUM ANALYZE chatbots_session")
            theirs.append(_ticks())
            connection.execute(_FILL, facts)
            connection.execute("VACUUM ANALYZE chatbots_session")
            ours.append(_ticks())
        connection.execute(_EMPTY, facts)
    note = f"{number:,} sessions with timers of the days to come; reference: none"
    return [Row(GOAL, min(ours), min(theirs), {"measured": ours, "reference": theirs}, note)]


def _version(house: House) -> Any:
    from apps.chatbots import services  # noqa: PLC0415 - Django has to be set up first
    from apps.chatbots.models import FlowVersion  # noqa: PLC0415
    from apps.organizations.tenancy import tenant_scope  # noqa: PLC0415

    with tenant_scope(house.demo["organization"]["id"]):
        flow = services.create_bot(name="Espera", by=None).flows.get()
        return FlowVersion.objects.create(flow=flow, number=1, graph=flow.draft).pk


def _ticks() -> float:
    """Milliseconds of the fastest of some ticks."""
    from celery import current_app  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415

    current_app.loader.import_default_modules()
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    names = [each["task"] for each in schedule.values() if each["schedule"] <= OFTEN]
    tasks = [current_app.tasks[name] for name in names]
    found = []
    for _tick in range(TICKS):
        began = time.perf_counter()
        for task in tasks:
            task()
        found.append((time.perf_counter() - began) * 1000)
    return min(found)
