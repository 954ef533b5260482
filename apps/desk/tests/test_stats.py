"""One's own figures beside the team's, on the organisation's days."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from django.core.cache import cache

from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Handling, Survey

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 18, 15, 0, tzinfo=ZONE)  # a Wednesday


@pytest.fixture(autouse=True)
def no_old_means():
    cache.clear()


def handled(house, end, *, by="agent", ending="resolved", score=None, answered_after=2):
    contact = Contact.objects.create(name="Ana")
    chat = Conversation.objects.create(
        contact=contact,
        number=house.number,
        assignee=house.members[by],
        state="closed",
        created_at=end - timedelta(minutes=30),
        first_answered_at=end - timedelta(minutes=30 - answered_after),
        closed_at=end,
    )
    held = {"agent": house.members[by], "started_at": end - timedelta(minutes=29), "ended_at": end}
    Handling.objects.create(conversation=chat, ending=ending, **held)
    if score:
        Survey.objects.create(conversation=chat, agent=house.members[by], score=score, answered_at=end)


@time_machine.travel(NOW, tick=False)
def test_cards_compare_with_the_mean_of_the_team(house):
    handled(house, NOW - timedelta(hours=1), score=5)
    handled(house, NOW - timedelta(hours=2), ending="transferred", answered_after=4)
    for _ in range(4):
        handled(house, NOW - timedelta(hours=3), by="supervisor", score=2)
    cards = house.client().get(house.url("desk:stats")).context["cards"]
    assert [(card["value"], card["team"]) for card in cards] == [
        ("2", "3"),
        ("3m 00s", "2m 20s"),
        ("30m 00s", "30m 00s"),
        ("50%", "83%"),
        ("100%", "20%"),
    ]


@time_machine.travel(NOW, tick=False)
def test_days_are_the_companys_days_and_weeks_begin_on_monday(house):
    handled(house, datetime(2026, 11, 16, 23, 30, tzinfo=ZONE))  # Tuesday in UTC
    handled(house, datetime(2026, 11, 15, 10, 0, tzinfo=ZONE))  # the Sunday before
    context = house.client().get(house.url("desk:stats") + "?period=7d").context
    assert len(context["days"]) == 7
    assert {str(row["day"]): row["mine"] for row in context["days"] if row["mine"]} == {
        "2026-11-15": 1,
        "2026-11-16": 1,
    }
    assert [(str(row["day"]), row["mine"]) for row in context["weeks"]] == [("2026-11-09", 1), ("2026-11-16", 1)]


def test_nothing_yet_is_a_dash_and_not_an_error(house):
    page = house.client().get(house.url("desk:stats") + "?period=90d")
    assert [card["value"] for card in page.context["cards"]] == ["0", "–", "–", "–", "–"]


def test_the_number_of_queries_does_not_grow(house, django_assert_max_num_queries):
    browser, url = house.client(), house.url("desk:stats")
    for hours in range(1, 12):
        handled(house, NOW - timedelta(hours=hours))
    browser.get(url)
    cache.clear()
    with django_assert_max_num_queries(14):
        browser.get(url)


@pytest.mark.parametrize(("role", "status"), [("agent", 200), ("viewer", 403), ("outsider", 404), ("anonymous", 302)])
@pytest.mark.parametrize("page", ["desk:stats", "desk:profile"])
def test_who_may_open_it(house, role, status, page):
    assert house.client(role).get(house.url(page)).status_code == status
