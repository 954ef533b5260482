"""The order of service is written twice, as a key in Python (for replayed weeks) and in SQL (for what waits now)."""

import random
from datetime import timedelta

import pytest

from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.routing import turns, waiting

pytestmark = pytest.mark.django_db


def ordered(queues):
    rows = Conversation.objects.filter(queue__in=queues).select_related("contact", "queue")

    def key(row):
        return turns.turn(is_vip=row.contact.is_vip, priority=row.queue.priority, since=row.queued_at, pk=row.pk)

    return [(row.pk, row.queue_id) for row in sorted(rows, key=key)]


@pytest.fixture
def crowd(shop):
    """Forty in five queues; times, priorities and VIPs meet in every way, equal ones too."""
    chance, begun = random.Random(7), now()  # noqa: S311 - reproducible, no secret
    queues = [shop.queue, *(shop.queue_of(priority=chance.choice([1, 5, 5, 9])) for _ in range(4))]
    for _ in range(40):
        at = begun - timedelta(minutes=chance.randrange(6))
        shop.wait(chance.choice(queues), vip=chance.random() < 0.3, at=at)
    return queues


def test_both_say_the_same(crowd):
    assert waiting.upcoming(crowd, 40) == ordered(crowd)


def test_the_first_few_are_the_first_of_all(crowd):
    assert waiting.upcoming(crowd, 7) == ordered(crowd)[:7]
    assert waiting.upcoming(crowd[:2], 5) == ordered(crowd[:2])[:5]


def test_negative_control_another_order_is_noticed(crowd, monkeypatch):
    monkeypatch.setattr(turns, "turn", lambda *, since, pk, **_rest: (since, pk))
    assert waiting.upcoming(crowd, 40) != ordered(crowd)
