"""Clocks and reviews for tests."""

from factory.declarations import LazyFunction

from apps.core.clock import now
from apps.organizations.tests.factories import TenantFactory
from apps.routing.models import SlaClock, SlaReview


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
