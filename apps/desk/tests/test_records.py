"""History and completed: whose, of when, twenty a page, and never more queries than for one row."""

from datetime import timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Handling, Survey
from apps.core.clock import now

pytestmark = pytest.mark.django_db


def closed(house, number=1, *, by="agent", ago=timedelta(hours=1), name="Ana"):
    """Closed conversations, each handled for ten minutes and rated 4."""
    made = []
    for at in range(number):
        end = now() - ago - timedelta(seconds=at)
        contact = Contact.objects.create(name=f"{name} {at}", phone=f"55119{Contact.objects.count():08d}")
        chat = Conversation.objects.create(
            contact=contact,
            number=house.number,
            queue=house.queue,
            assignee=house.members[by],
            state="closed",
            outcome="resolved",
            created_at=end - timedelta(minutes=20),
            closed_at=end,
        )
        held = {"agent": house.members[by], "started_at": end - timedelta(minutes=10), "ended_at": end}
        Handling.objects.create(conversation=chat, ending="resolved", **held)
        Survey.objects.create(conversation=chat, agent=house.members[by], score=4, answered_at=end)
        made.append(chat)
    return made


def names(answer, context="rows"):
    rows = answer.context[context]
    return [getattr(row, "conversation", row).contact.name for row in rows]


def test_an_agent_sees_their_own_and_a_supervisor_all(house):
    closed(house, name="Minha")
    closed(house, by="supervisor", name="Alheia")
    url = house.url("desk:history") + "?whose=all"
    assert names(house.client("agent").get(url)) == ["Minha 0"]
    assert sorted(names(house.client("supervisor").get(url))) == ["Alheia 0", "Minha 0"]
    assert names(house.client("supervisor").get(house.url("desk:history"))) == ["Alheia 0"]


@pytest.mark.parametrize(("period", "shown"), [("today", 0), ("7d", 0), ("30d", 1), ("90d", 1), ("nonsense", 0)])
def test_periods(house, period, shown):
    closed(house, ago=timedelta(days=12))
    for page in ("desk:history", "desk:completed"):
        answer = house.client().get(house.url(page) + f"?period={period}")
        assert len(answer.context["rows"]) == shown


def test_search_by_name_and_phone(house):
    closed(house, name="Beatriz")
    chat = closed(house, name="Carlos")[0]
    url = house.url("desk:history") + "?q="
    assert names(house.client().get(url + "carl")) == ["Carlos 0"]
    assert names(house.client().get(url + chat.contact.phone[-8:])) == ["Carlos 0"]
    assert names(house.client().get(url + "ninguém")) == []


@pytest.mark.parametrize("page", ["desk:history", "desk:completed"])
def test_twenty_a_page_and_the_next_one_goes_on(house, page):
    closed(house, 23)
    first = house.client().get(house.url(page))
    rest = house.client().get(first.context["next_url"])
    assert (len(first.context["rows"]), len(rest.context["rows"])) == (20, 3)
    assert not set(names(first)) & set(names(rest))
    assert rest.context["next_url"] == ""


@pytest.mark.parametrize("page", ["desk:history", "desk:completed"])
def test_twenty_rows_cost_the_queries_of_one(house, page):
    browser, url = house.client(), house.url(page)
    closed(house)
    browser.get(url)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            browser.get(url)
        return len(captured)

    few = cost()
    closed(house, 19, name="Mais")
    assert cost() == few


def test_completed_totals_and_endings(house):
    chat = closed(house, 2)[0]
    end = now() - timedelta(hours=2)
    Handling.objects.create(
        conversation=chat, agent=house.agent, started_at=end - timedelta(minutes=40), ended_at=end, ending="transferred"
    )
    closed(house, by="supervisor")
    answer = house.client().get(house.url("desk:completed"))
    totals = answer.context["totals"]
    assert (totals["resolved"], totals["transferred"], totals["rating"]) == (2, 1, 4.0)
    assert totals["handling"] == timedelta(minutes=20)
    only = house.client().get(house.url("desk:completed") + "?ending=transferred")
    assert [row.ending for row in only.context["rows"]] == ["transferred"]


def test_the_detail_is_to_be_read_only(house):
    chat = house.chat("Bom dia")
    house.send(chat, "Olá!")
    Conversation.objects.filter(pk=chat.pk).update(state="closed", closed_at=now())
    page = house.client().get(house.url("desk:closed", conversation_id=chat.pk)).content.decode()
    assert "Bom dia" in page
    assert "<pt-composer" not in page
    assert "/react/" not in page


@pytest.mark.parametrize(
    ("role", "status"), [("agent", 200), ("supervisor", 200), ("viewer", 403), ("outsider", 404), ("anonymous", 302)]
)
@pytest.mark.parametrize("page", ["desk:history", "desk:completed"])
def test_who_may_open_them(house, role, status, page):
    assert house.client(role).get(house.url(page)).status_code == status
