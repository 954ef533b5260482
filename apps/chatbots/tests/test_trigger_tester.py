"""The page that says which trigger would win, and why the others lose."""

import pytest

from apps.chatbots.explaining import verdicts
from apps.chatbots.models import Bot, FlowVersion, Session, Trigger
from apps.chatbots.tests.factories import FlowFactory, TriggerFactory
from apps.chatbots.tests.workshop import workshop
from apps.chatbots.triggering import Occasion
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.whatsapp.tests.factories import NumberFactory

__all__ = ["workshop"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def arranged(workshop):
    """A number, and the triggers keyword (10), link and first (both 20), closed (30), all of a published flow."""
    company, flow = workshop.flow.organization, workshop.flow
    number = NumberFactory(organization=company)
    with tenant_scope(company):
        FlowVersion.objects.create(flow=flow, number=1, graph=flow.draft)
    for kind, value, priority in (
        ("keyword", "menu", 10),
        ("link", "vim pelo", 20),
        ("first", "", 20),
        ("closed", "", 30),
    ):
        TriggerFactory(organization=company, flow=flow, kind=kind, value=value, priority=priority)
    return number


def asked(workshop, number, **more):
    data = {"number": number.pk, "hours": "open", "is_first": "on"} | more
    answer = workshop.client("supervisor").get(workshop.url("trigger_tester", bot_id=workshop.flow.bot_id), data)
    assert answer.status_code == 200
    return {(row.trigger.kind): row for row in answer.context["verdicts"]}, answer


def test_the_winner_and_why_each_other_loses(workshop, arranged):
    found, answer = asked(workshop, arranged, text="Vim pelo cartaz", hours="open")
    assert list(found) == ["keyword", "link", "first", "closed"]
    assert [kind for kind, row in found.items() if row.wins] == ["link"]
    assert found["keyword"].why == "The message is not exactly “menu”."
    assert "same priority and is older" in found["first"].why
    assert found["closed"].why == "It is not out of hours."
    assert "begins" in answer.content.decode()


def test_what_fits_later_says_who_comes_first(workshop, arranged):
    found, _answer = asked(workshop, arranged, text="menu", hours="closed")
    assert found["keyword"].wins
    assert "comes first (priority 10)" in found["closed"].why
    nothing, answer = asked(workshop, arranged, text="bom dia", is_first="")
    assert not any(row.wins for row in nothing.values())
    assert "a person gets the conversation" in answer.content.decode()


def test_a_bot_that_is_off_is_tried_as_if_on_and_others_are_not(workshop, arranged):
    company = workshop.flow.organization
    other = FlowFactory(organization=company, bot__organization=company)
    TriggerFactory(organization=company, flow=other, kind="any", priority=1)
    with tenant_scope(company):
        FlowVersion.objects.create(flow=other, number=1, graph=other.draft)
        Bot.objects.update(is_active=False)
    found, answer = asked(workshop, arranged, text="menu")
    assert ("any" in found, found["keyword"].wins) == (False, True)
    assert "as if it were on" in answer.content.decode()


def test_other_numbers_unpublished_flows_and_other_companies(workshop, arranged):
    company = workshop.flow.organization
    quiet = FlowFactory(organization=company, bot=workshop.flow.bot, is_main=False)
    TriggerFactory(organization=company, flow=quiet, kind="button", value="buy")
    foreign = NumberFactory(organization=OrganizationFactory())
    with tenant_scope(company):
        Trigger.objects.filter(kind="keyword").update(number=NumberFactory(organization=company))
    found, answer = asked(workshop, arranged, text="menu")
    assert found["keyword"].why == "Does not listen on this number."
    assert [row.flow_id for row in answer.context["left_out"]] == [quiet.pk]
    assert asked(workshop, foreign)[0] == {}
    with tenant_scope(company):
        assert not Session.objects.exists()


def test_an_event_from_outside_is_tried_instead_of_a_message(workshop, arranged):
    company, flow = workshop.flow.organization, workshop.flow
    TriggerFactory(organization=company, flow=flow, kind="event", value="cart.left", priority=90)
    TriggerFactory(organization=company, flow=flow, kind="pattern", value=".*", priority=1)
    found, _answer = asked(workshop, arranged, event="cart.left", text="menu")
    assert [kind for kind, row in found.items() if row.wins] == ["event"]
    assert {found[kind].why for kind in ("pattern", "keyword", "first", "closed")} == {
        "It waits for a message, not for an event from outside."
    }
    other, _answer = asked(workshop, arranged, event="cart.paid")
    assert other["event"].why == "It waits for the event “cart.left”."
    assert not any(row.wins for row in other.values())


def test_every_kind_has_its_sentence(workshop, arranged):
    company = workshop.flow.organization
    for kind in Trigger.Kind.values:
        TriggerFactory(organization=company, flow=workshop.flow, kind=kind, value="x[", priority=40)
    with tenant_scope(company):
        seen = verdicts(Occasion(arranged.pk, event="e", is_first=False), workshop.flow.bot)
        assert all(row.why and not row.wins for row in seen)
