"""What the hosts save in the back-office is news for routing too: promises are reviewed, free agents looked for."""

import pytest

from django.contrib import admin
from django.test import RequestFactory

from apps.organizations.tenancy import platform_scope
from apps.routing import receivers
from apps.routing.models import SlaReview
from apps.teams.models import MemberSkill
from apps.teams.tests.factories import BusinessHoursFactory, SkillFactory, SlaPolicyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(django_capture_on_commit_callbacks):
    def run(row):
        page = admin.site._registry.get(type(row)) or pytest.fail("it has no page")
        with django_capture_on_commit_callbacks(execute=True), platform_scope(reason="as in the back-office"):
            page.save_model(RequestFactory().post("/"), row, None, change=True)

    return run


def test_a_policy_hours_or_the_queue_itself_ask_for_a_review(shop, save):
    policy = SlaPolicyFactory(organization=shop.organization, first_answer_minutes=30)
    hours = BusinessHoursFactory(organization=shop.organization)
    shop.change(sla_policy=policy, hours=hours)
    for row in (policy, hours, shop.queue):
        save(row)
        assert [review.queue_id for review in SlaReview.objects.all()] == [shop.queue.pk]
        SlaReview.objects.all().delete()


def test_a_members_skill_lets_waiting_conversations_look_for_somebody(shop, save, monkeypatch):
    woken = []
    monkeypatch.setattr(receivers, "wake", woken.append)
    skill = SkillFactory(organization=shop.organization)
    save(MemberSkill.objects.create(membership=shop.ana, skill=skill, level=4))
    assert woken == ["routing.distribute"]
    assert not SlaReview.objects.exists()
