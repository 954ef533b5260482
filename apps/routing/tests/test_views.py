"""The dialogs: one list of queues, departments and agents; what is gone is refused in words, nothing typed lost."""

import uuid

import pytest

from django.test import Client
from django.urls import reverse

from apps.conversations.models import Conversation
from apps.organizations.tests.factories import MembershipFactory
from apps.routing import services
from apps.routing.tests.conftest import make_shop, online
from apps.teams.models import TeamSettings

pytestmark = pytest.mark.django_db


def browser(member):
    client = Client()
    client.force_login(member.user)
    return client


def url(shop, name, **kwargs):
    return reverse(f"routing:{name}", kwargs={"slug": shop.organization.slug, **kwargs})


@pytest.fixture
def held(shop):
    shop.wait()
    return services.pull(shop.ana)


def test_the_list_has_queues_departments_and_agents_with_their_presence(shop, held):
    online(shop.rui)
    page = browser(shop.ana).get(url(shop, "transfer", conversation_id=held.pk)).content.decode()
    for value in (f"queue:{shop.queue.pk}", f"department:{shop.queue.department_id}", f"agent:{shop.rui.pk}"):
        assert f'value="{value}"' in page
    assert "Rui · Disponível" in page


@pytest.mark.parametrize(("kind", "state"), [("queue", "queued"), ("department", "queued"), ("agent", "open")])
def test_each_kind_of_target_gets_it(shop, held, kind, state):
    target = {"queue": shop.queue_of(shop.rui), "department": shop.queue.department, "agent": shop.rui}[kind]
    data = {"to": f"{kind}:{target.pk}", "note": "conhece o caso"}
    assert browser(shop.ana).post(url(shop, "transfer", conversation_id=held.pk), data).status_code in (200, 302)
    held.refresh_from_db()
    assert held.state == state
    assert (held.assignee == shop.rui) is (kind == "agent")


@pytest.mark.parametrize(
    "to", ["", "queue:", "agent:x", f"agent:{uuid.UUID(int=7)}", "planet:mars", "queue:' OR 1=1 --"]
)
def test_anything_else_is_refused_and_the_note_stays(shop, held, to):
    answer = browser(shop.ana).post(url(shop, "transfer", conversation_id=held.pk), {"to": to, "note": "Escrito"})
    assert answer.status_code == 422
    assert 'value="Escrito"' in answer.content.decode()


def test_people_and_queues_of_another_company_are_no_targets(shop, held):
    other, stranger = make_shop(), MembershipFactory()
    for to in (f"queue:{other.queue.pk}", f"department:{other.queue.department_id}", f"agent:{stranger.pk}"):
        answer = browser(shop.ana).post(url(shop, "transfer", conversation_id=held.pk), {"to": to})
        assert answer.status_code == 422
    assert Conversation.objects.get(pk=held.pk).assignee == shop.ana


def test_who_is_full_is_told_so_when_pulling(shop, held):
    TeamSettings.objects.create(capacity=1)
    shop.wait()
    answer = browser(shop.ana).post(url(shop, "pull"), follow=True)
    assert "1" in answer.content.decode()
    assert Conversation.objects.filter(state="queued").count() == 1
