"""The page of SLA alerts: what it filters, how it pages, what it costs, and what it says when there is nothing."""

from datetime import timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.models import Contact
from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.routing import alerts
from apps.routing.models import SlaClock
from apps.routing.tests.factories import SlaClockFactory
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(company):
    """An alert of a customer, minutes old."""

    def make(name, minutes=0, *, queue=None, **fields):
        with tenant_scope(company.organization):
            contact = Contact.objects.create(name=name, phone=f"5511{Contact.objects.count():09d}")
            chat = Conversation.objects.create(contact=contact, number=company.number, queue=company.queue)
        at = now() - timedelta(minutes=minutes)
        values = {"state": "risk", "due_at": at, "alerted_at": at} | fields
        if values["state"] in ("met", "late", "dropped"):
            values["ended_at"] = at
        made = {"conversation": chat, "queue": queue or company.queue, "organization": company.organization}
        return SlaClockFactory(**made, **values)

    return make


def shown(company, query="", role="supervisor"):
    page = company.client(role).get(company.url("sla_alerts") + query)
    return [row.conversation.contact.name for row in page.context["rows"]]


def test_the_newest_come_first_and_each_filter_leaves_what_it_names(company, alert):
    other = QueueFactory(organization=company.organization)
    alert("Ana", 5)
    alert("Bia", 10, kind="resolution", state="breached", breached_at=now())
    alert("Cid", 15, queue=other, state="late")
    alert("Old", 60 * 24 * 20, state="met")
    alert("Quiet", alerted_at=None, state="ok")
    assert shown(company) == ["Ana", "Bia", "Cid"]
    assert shown(company, "?period=30d") == ["Ana", "Bia", "Cid", "Old"]
    assert shown(company, "?kind=resolution") == ["Bia"]
    assert shown(company, "?state=breached") == ["Bia"]
    assert shown(company, f"?queue={other.pk}") == ["Cid"]
    assert shown(company, "?queue=nonsense&kind=x&state=y&period=z&after=~") == ["Ana", "Bia", "Cid"]


def test_an_open_alert_is_found_however_old_it_is(company, alert):
    alert("Old", 60 * 24 * 20, state="breached")
    assert (shown(company), shown(company, "?state=breached")) == ([], ["Old"])


def test_pages_follow_each_other_without_a_gap_and_cost_the_same(company, alert, monkeypatch):
    for number in range(7):
        alert(f"C{number}", number)
    browser, url = company.client("owner"), company.url("sla_alerts")

    def cost():
        browser.get(url)
        with CaptureQueriesContext(connection) as caught:
            browser.get(url)
        return len(caught)

    few = cost()
    monkeypatch.setattr(alerts, "PAGE", 3)
    first = browser.get(url)
    assert (len(first.context["rows"]), cost()) == (3, few)
    second = browser.get(first.context["next_url"])
    assert [row.conversation.contact.name for row in second.context["rows"]] == ["C3", "C4", "C5"]
    assert b'hx-trigger="every 10s"' in first.content
    assert b'hx-trigger="every 10s"' not in second.content


def test_a_page_and_its_counts_begin_in_an_index(company, alert):
    alert("Ana")
    wanted = [alerts.Wanted(now() - timedelta(days=7)), alerts.Wanted(now(), company.queue.pk)]
    with tenant_scope(company.organization), CaptureQueriesContext(connection) as caught:
        for each in [*wanted, alerts.Wanted(now(), state="risk")]:
            alerts.page_of(each, "")
        alerts.open_counts()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for query in caught:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "sla_clock_alerts" in plan, plan


def test_without_alerts_it_says_what_to_expect(company):
    page = company.client("supervisor").get(company.url("sla_alerts"))
    assert "No SLA alert in this period" in page.content.decode()
    page = company.client("supervisor").get(company.url("sla_alerts") + "?state=late")
    assert "No alert matches" in page.content.decode()


def test_another_companys_alerts_do_not_exist(company, alert):
    made = alert("Ana")
    outsider = company.client("outsider")
    assert outsider.get(company.url("sla_alerts")).status_code == 404
    with tenant_scope(QueueFactory().organization):
        assert alerts.page_of(alerts.Wanted(now() - timedelta(days=7)), "").rows == []
        assert not SlaClock.objects.filter(pk=made.pk).exists()
        assert alerts.queue_or_any(str(company.queue.pk)) is None
