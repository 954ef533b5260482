"""Scenarios as rows that are due: asked for, claimed, run with progress, stopped, done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.clock import now
from apps.core.ids import uuid7
from apps.core.logs import get_logger
from apps.core.wake import wake
from apps.organizations.models import Organization
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.routing.whatif import history
from apps.routing.whatif.changes import Change, changed
from apps.routing.whatif.figures import Figures, measure
from apps.routing.whatif.models import Scenario, ScenarioState
from apps.routing.whatif.replay import replay

log = get_logger(__name__)
TASK = "routing.run_scenarios"
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3
READ, REPLAYED, FINISHED = 20, 60, 99  # percent done after each stage


class Stopped(Exception):
    """The run has lost its scenario: stopped, deleted, asked for again, or taken over."""


def ask(scenario: Scenario) -> None:
    """Let a scenario run, from the beginning."""
    scenario.state, scenario.progress, scenario.problem = ScenarioState.WAITING, 0, ""
    scenario.attempts, scenario.run_id, scenario.result, scenario.finished_at = 0, None, None, None
    scenario.asked_at = now()
    scenario.save()
    transaction.on_commit(lambda: wake(TASK))


def stop(scenario: Scenario) -> bool:
    """False when it was not under way any more."""
    rows = Scenario.objects.filter(pk=scenario.pk, state__in=(ScenarioState.WAITING, ScenarioState.RUNNING))
    return bool(rows.update(state=ScenarioState.STOPPED, run_id=None, finished_at=now()))


def run_due() -> int:
    """All that wait, one after the other; returns how many."""
    done = 0
    while (scenario := _claim()) is not None:
        _run(scenario)
        done += 1
    return done


@transaction.atomic
def _claim() -> Scenario | None:
    """The next one that waits, or whose run has given no sign of life."""
    with platform_scope(reason="scenarios of all tenants wait in one line; each is then entered"):
        abandoned = Q(state=ScenarioState.RUNNING, claimed_at__lt=now() - LEASE)
        due = Scenario.objects.filter(Q(state=ScenarioState.WAITING) | abandoned)
        scenario = due.order_by("asked_at", "pk").select_for_update(skip_locked=True).first()
        if scenario is not None:
            scenario.state, scenario.run_id, scenario.claimed_at = ScenarioState.RUNNING, uuid7(), now()
            scenario.attempts += 1
            scenario.save(update_fields=["state", "run_id", "claimed_at", "attempts"])
    return scenario


def _run(scenario: Scenario) -> None:
    with tenant_scope(scenario.organization_id):
        try:
            if scenario.attempts > MOST_ATTEMPTS:
                raise ValidationError(_("This took too long, three times over. Try a calmer week."))
            _finish(scenario, state=ScenarioState.DONE, progress=100, result=outcome_of(scenario, _teller(scenario)))
        except Stopped:
            log.info("scenario stopped", scenario=str(scenario.pk))
        except ValidationError as error:
            _finish(scenario, state=ScenarioState.FAILED, problem=error.messages[0][:300])
        except Exception:  # told to who asked, and raised for the log
            _finish(scenario, state=ScenarioState.FAILED, problem=_("Something went wrong here. Run it again."))
            raise


def _teller(scenario: Scenario) -> Callable[[int], None]:
    """Writes progress down when it has grown; raises Stopped when the row is not this run's any more."""
    said = -1

    def tell(percent: int) -> None:
        nonlocal said
        if percent > said:
            said = percent
            if not _mine(scenario).update(progress=percent, claimed_at=now()):
                raise Stopped

    return tell


def _mine(scenario: Scenario) -> Any:
    return Scenario.objects.filter(pk=scenario.pk, run_id=scenario.run_id, state=ScenarioState.RUNNING)


def _finish(scenario: Scenario, **values: Any) -> None:
    _mine(scenario).update(**values, run_id=None, finished_at=now())


def outcome_of(scenario: Scenario, tell: Callable[[int], None]) -> dict[str, Any]:
    """The figures of what happened, of the replay without changes and of the one with them, for each queue."""
    organization = Organization.objects.get(pk=scenario.organization_id)
    tell(0)
    week = history.read(organization, scenario.week)
    tell(READ)
    changes = [Change.of(UUID(queue), stored) for queue, stored in scenario.changes.items()]
    other = changed(week.world, changes)
    unchanged = replay(week.world, lambda share: tell(READ + int((REPLAYED - READ) * share)))
    tell(REPLAYED)
    differently = replay(other, lambda share: tell(REPLAYED + int((FINISHED - REPLAYED) * share)))
    columns = (
        ("happened", measure(week.world, week.happened)),
        ("replayed", measure(week.world, unchanged)),
        ("changed", measure(other, differently)),
    )
    names = {pk: line.name for pk, line in week.world.lines.items()}
    return {
        "all": _row(columns, None),
        "queues": [
            {"id": str(pk), "name": names[pk], **_row(columns, pk)} for pk in sorted(names, key=names.__getitem__)
        ],
        "estimated_staff": week.estimated_staff,
        "estimated_handling": week.estimated_handling,
    }


def _row(columns: tuple[tuple[str, dict[UUID | None, Figures]], ...], pk: UUID | None) -> dict[str, Any]:
    return {name: figures[pk].as_json() for name, figures in columns}
