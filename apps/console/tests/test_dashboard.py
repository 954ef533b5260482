"""The dashboard counts today and ticks the first steps by itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.console import selectors
from apps.console.tests.conftest import Company
from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Direction, Message, State
from apps.core.clock import now
from apps.core.ids import uuid7
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def conversation(company: Company, **fields) -> Conversation:
    with tenant_scope(company.organization):
        contact = Contact.objects.create(name="Mariana")
        return Conversation.objects.create(contact=contact, number=company.number, queue=company.queue, **fields)


def message(about: Conversation, direction: str) -> Message:
    with tenant_scope(about.organization_id):
        return Message.objects.create(
            conversation=about, contact=about.contact, number=about.number, direction=direction, text="Oi"
        )


def test_it_counts_what_waits_what_is_open_and_what_came_today(company):
    owner = company.members["owner"]
    waiting = conversation(company, state=State.QUEUED, queued_at=now())
    conversation(company, state=State.OPEN)
    conversation(company, state=State.CLOSED, closed_at=now(), assignee=owner)
    conversation(company, state=State.CLOSED, closed_at=now() - timedelta(days=3))
    message(waiting, Direction.IN)
    message(waiting, Direction.OUT)
    message(waiting, Direction.NOTE)
    with tenant_scope(company.organization):
        today = selectors.today(company.organization, owner)
    assert (today.waiting, today.open, today.closed, today.closed_by_me) == (1, 1, 1, 1)
    assert (today.received, today.sent) == (1, 1)
    assert today.longest_wait == waiting.queued_at


def test_today_begins_at_midnight_of_the_company_not_of_the_server():
    organization = OrganizationFactory(time_zone="America/Sao_Paulo")
    with time_machine.travel(datetime(2026, 3, 10, 1, 30, tzinfo=UTC), tick=False):
        assert selectors.start_of_today(organization) == datetime(2026, 3, 9, 3, 0, tzinfo=UTC)


def test_the_first_id_of_a_moment_lies_between_the_ids_before_and_after_it():
    moment = now()
    assert selectors.first_id_at(moment) <= uuid7() < selectors.first_id_at(moment + timedelta(minutes=1))


def test_the_first_steps_tick_themselves(company):
    browser = company.come().client("owner")
    steps = browser.get(company.url("dashboard")).context["steps"]
    assert [row["step"].key for row in steps if row["step"].done] == ["number", "department", "queue", "people"]
    message(conversation(company, state=State.OPEN), Direction.OUT)
    answer = browser.get(company.url("dashboard"))
    assert answer.context["steps_done"] == 5
    assert "First steps" not in answer.content.decode()


def test_a_new_company_sees_where_to_begin(client):
    owner = MembershipFactory(role="owner")
    client.force_login(owner.user)
    address = f"/o/{owner.organization.slug}/console/"
    answer = client.get(address)
    assert answer.context["steps_done"] == 0
    assert answer.context["next_step"] == "number"
    assert f"{address}numbers/connect/" in answer.content.decode()


def test_a_viewer_gets_no_links_to_what_only_managers_do(company):
    body = company.client("viewer").get(company.url("dashboard")).content.decode()
    assert company.url("number_connect") not in body
    assert company.url("number", number_id=company.number.pk) not in body


def test_a_troubled_number_is_told_in_words(company):
    company.number.account.status = "attention"
    company.number.account.problem = "Token gone"
    with tenant_scope(company.organization):
        company.number.account.save()
    assert "Token gone" in company.client("viewer").get(company.url("dashboard_today")).content.decode()
