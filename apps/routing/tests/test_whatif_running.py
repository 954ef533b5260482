"""Scenarios run as rows that are due: claimed once, with progress, stopped, taken over, done."""

from datetime import timedelta

import pytest

from django.core.exceptions import ValidationError

from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.routing.models import ScenarioState
from apps.routing.tests.factories import ScenarioFactory
from apps.routing.tests.test_whatif_history import recorded  # noqa: F401
from apps.routing.whatif import running

pytestmark = pytest.mark.django_db


def scenario_of(shop, **fields):
    return ScenarioFactory(organization=shop.organization, **fields)


def test_a_scenario_runs_once_and_keeps_its_figures(shop, recorded):  # noqa: F811
    more = {"people": 2, "days": "all", "from_hour": 0, "to_hour": 24}
    scenario = scenario_of(shop, changes={str(shop.queue.pk): more})
    assert running.run_due() == 1
    scenario.refresh_from_db()
    assert (scenario.state, scenario.progress, scenario.run_id) == (ScenarioState.DONE, 100, None)
    row = next(row for row in scenario.result["queues"] if row["id"] == str(shop.queue.pk))
    assert row["happened"] == row["replayed"]
    assert row["changed"]["median"] < row["happened"]["median"]
    assert row["changed"]["breached"] == 0 < row["happened"]["breached"]
    assert len(row["changed"]["hours"]) == 24
    assert running.run_due() == 0


def test_a_stopped_scenario_ends_at_the_next_sign_of_progress(shop, recorded, monkeypatch):  # noqa: F811
    scenario, read = scenario_of(shop), running.history.read

    def stop_meanwhile(*args):
        assert running.stop(scenario)
        return read(*args)

    monkeypatch.setattr(running.history, "read", stop_meanwhile)
    running.run_due()
    scenario.refresh_from_db()
    assert (scenario.state, scenario.result) == (ScenarioState.STOPPED, None)
    assert not running.stop(scenario)


def test_a_run_without_a_sign_of_life_is_taken_over_but_not_for_ever(shop):
    alive = {"state": ScenarioState.RUNNING, "claimed_at": now()}
    scenario = scenario_of(shop, **alive)
    assert running.run_due() == 0
    dead = now() - running.LEASE - timedelta(seconds=1)
    type(scenario).objects.update(claimed_at=dead)
    assert running.run_due() == 1
    scenario.refresh_from_db()
    assert scenario.state == ScenarioState.DONE
    type(scenario).objects.update(state=ScenarioState.RUNNING, claimed_at=dead, attempts=running.MOST_ATTEMPTS)
    running.run_due()
    scenario.refresh_from_db()
    assert scenario.state == ScenarioState.FAILED
    assert scenario.problem


def test_what_goes_wrong_is_told(shop, monkeypatch):
    first, second = scenario_of(shop), scenario_of(shop)

    def refuse(*args):
        raise ValidationError("Too many.")

    monkeypatch.setattr(running.history, "read", refuse)
    running.run_due()
    first.refresh_from_db()
    assert (first.state, first.problem) == (ScenarioState.FAILED, "Too many.")

    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(running.history, "read", fail)
    running.ask(second)
    with pytest.raises(ZeroDivisionError):
        running.run_due()
    second.refresh_from_db()
    assert second.state == ScenarioState.FAILED


def test_scenarios_of_two_companies_see_their_own_week(shop, recorded):  # noqa: F811
    other = ScenarioFactory()
    mine = scenario_of(shop)
    assert running.run_due() == 2
    mine.refresh_from_db()
    with tenant_scope(other.organization):
        other.refresh_from_db()
    assert (mine.result["all"]["happened"]["arrivals"], other.result["queues"]) == (40, [])
