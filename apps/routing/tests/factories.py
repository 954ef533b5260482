"""Clocks, reviews and scenarios for tests."""

from datetime import date

from factory.declarations import LazyFunction, Sequence

from apps.core.clock import now
from apps.organizations.tests.factories import TenantFactory
from apps.routing.models import Scenario, SlaClock, SlaReview


class SlaClockFactory(TenantFactory[SlaClock]):
    """A first answer within a quarter of an hour. Give `conversation` and `queue`."""

    class Meta:
        model = SlaClock

    kind = "first_answer"
    target_seconds = 900
    started_at = LazyFunction(now)


class SlaReviewFactory(TenantFactory[SlaReview]):
    """Give `queue`."""

    class Meta:
        model = SlaReview


class ScenarioFactory(TenantFactory[Scenario]):
    class Meta:
        model = Scenario

    name = Sequence(lambda number: f"Scenario {number}")
    week = date(2026, 11, 9)
