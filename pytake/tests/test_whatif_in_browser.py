"""Queue what-if in a browser: last week with one more person, run by the worker, read on a desktop and on a phone."""

import pytest
from playwright.sync_api import expect

from pytake.tests.axe import violations
from pytake.tests.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
LIST = "/o/loja-aurora/console/teams/what-if/"
LAST_WEEK = """
from datetime import timedelta
from zoneinfo import ZoneInfo
from django.utils import timezone
from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Handling, Message
from apps.organizations.models import Membership, Organization
from apps.organizations.tenancy import tenant_scope
from apps.routing.whatif.forms import past_weeks
from apps.routing.whatif.history import bounds
from apps.teams.models import Queue
from apps.whatsapp.models import Number
house = Organization.objects.get(slug="loja-aurora")
with tenant_scope(house), timezone.override(house.time_zone):
    queue = Queue.objects.filter(is_active=True, department__members__isnull=False).order_by("priority").first()
    number = Number.objects.first()
    agent = Membership.objects.get(user__email="bruno@aurora.example")
    begin = bounds(past_weeks()[0], ZoneInfo(house.time_zone))[0] + timedelta(days=1, hours=10)
    for count in range(30):
        at, took = begin + timedelta(minutes=count), begin + timedelta(minutes=count * 9)
        contact = Contact.objects.create(name=f"Semana {count}")
        row = Conversation.objects.create(contact=contact, number=number, queue=queue, state="closed",
            outcome="resolved", created_at=at, closed_at=took + timedelta(minutes=30),
            first_answered_at=took + timedelta(minutes=1))
        Handling.objects.create(conversation=row, agent=agent, started_at=took,
            ended_at=took + timedelta(minutes=30), ending="resolved")
        for moment, payload in ((at, {"event": "queued", "queue": queue.name, "queue_id": str(queue.pk)}),
                (took, {"event": "pulled"}), (row.closed_at, {"event": "closed"})):
            Message.objects.create(conversation=row, contact=contact, number=number, direction="event", kind="event",
                payload=payload, created_at=moment)
    print(queue.name)
"""


@pytest.fixture(scope="module")
def queue(stack):
    name = stack.manage("shell", "-v", "0", "-c", LAST_WEEK).strip().splitlines()[-1]
    yield name
    stack.rows("DELETE FROM routing_scenario RETURNING 1")


def test_one_more_person_last_week(stack, log_in, queue):
    page = log_in("marina@aurora.example", DESKTOP)
    page.goto(stack.url + LIST + "new/")
    page.locator("#id_name").fill("Mais gente às dez")
    card = page.locator(f"details[data-queue='{queue}']")
    card.locator("summary").click()
    card.locator("input[name$=people]").fill("-50")
    page.locator("main form button[type=submit]").last.click()
    expect(card.locator("input[name$=people]")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []

    card.locator("input[name$=people]").fill("2")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator(".what-if-said")).to_contain_text(queue, timeout=30_000)
    expect(page.locator("pt-chart canvas")).to_be_visible()
    assert violations(page) == []

    phone = log_in("marina@aurora.example", PHONE)
    phone.goto(page.url)
    expect(phone.locator(".what-if-said")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    phone.wait_for_timeout(400)
    assert violations(phone) == []
