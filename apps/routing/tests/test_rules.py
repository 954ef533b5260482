"""Who may take what: allowed agents → skills → hours → capacity; VIPs first, then priority, then age."""

from datetime import timedelta

import pytest

from django.core.exceptions import ValidationError
from django.utils import translation

from apps.core.clock import now
from apps.routing import services
from apps.routing.tests.conftest import online
from apps.teams.models import Agent, MemberSkill, QueueSkill, TeamSettings
from apps.teams.tests.factories import BusinessHoursFactory, SkillFactory

pytestmark = pytest.mark.django_db
NEVER = [[[0, 1]]] + [[]] * 6  # one minute a week


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_vips_come_first_then_the_priority_of_the_queue_then_age(shop):
    urgent = shop.queue_of(shop.ana, priority=1)
    old = shop.wait(at=now() - timedelta(hours=2))
    new, important, vip = shop.wait(), shop.wait(urgent), shop.wait(vip=True)
    assert [services.pull(shop.ana) for _ in range(4)] == [vip, important, old, new]
    assert shop.reasons(vip) == [("pulled", "vip")]


def test_nothing_comes_from_a_queue_of_others(shop):
    shop.wait(shop.queue_of(shop.rui))
    assert services.pull(shop.ana) is None
    assert services.pull(shop.rui) is not None


def test_a_required_skill_is_asked_at_its_level(shop):
    english = SkillFactory(organization=shop.organization, name="English")
    QueueSkill.objects.create(queue=shop.queue, skill=english, minimum=3)
    chat = shop.wait()
    assert services.pull(shop.ana) is None
    known = MemberSkill.objects.create(membership=shop.ana, skill=english, level=2)
    assert services.pull(shop.ana) is None
    with pytest.raises(ValidationError, match="skill"):
        services.take(chat.pk, membership=shop.ana)
    MemberSkill.objects.filter(pk=known.pk).update(level=3)
    assert services.pull(shop.ana) == chat


def test_a_closed_queue_gives_nothing_by_itself_but_one_may_open_a_conversation(shop):
    chat = shop.wait()
    shop.change(hours=BusinessHoursFactory(organization=shop.organization, week=NEVER))
    with pytest.raises(ValidationError, match="closed now"):
        services.pull(shop.ana)
    assert services.take(chat.pk, membership=shop.ana) == chat


def test_who_is_full_gets_no_more_until_one_is_closed(shop):
    TeamSettings.objects.create(capacity=2)
    chats = [shop.wait() for _ in range(4)]
    assert services.pull(shop.ana)
    assert services.pull(shop.ana)
    with pytest.raises(ValidationError, match="already has 2"):
        services.pull(shop.ana)
    with pytest.raises(ValidationError, match="already has 2"):
        services.take(chats[3].pk, membership=shop.ana)
    online(shop.ana, capacity=3)
    assert services.pull(shop.ana)
    assert services.pull(shop.rui)


def test_a_leader_pulls_from_every_queue_and_assigns_beyond_capacity(shop):
    TeamSettings.objects.create(capacity=1)
    first, second = shop.wait(), shop.wait()
    assert services.pull(shop.boss) == first
    services.assign(first.pk, to=shop.ana, actor=shop.boss)
    services.assign(second.pk, to=shop.ana, actor=shop.boss)
    assert shop.ana.conversations.count() == 2


def test_a_colleague_who_is_full_is_not_given_more_by_another_agent(shop):
    TeamSettings.objects.create(capacity=1)
    first, second = shop.wait(), shop.wait()
    services.take(first.pk, membership=shop.rui)
    services.take(second.pk, membership=shop.ana)
    with pytest.raises(ValidationError, match="already has 1"):
        services.transfer_to_agent(second.pk, to=shop.rui, actor=shop.ana)
    Agent.objects.update_or_create(membership=shop.rui, defaults={"capacity": 2})
    services.transfer_to_agent(second.pk, to=shop.rui, actor=shop.ana, note="conhece o caso")
    second.refresh_from_db()
    assert second.assignee == shop.rui
    assert shop.reasons(second)[-1] == ("assigned", "transfer")


def test_a_department_without_a_queue_in_use_is_refused(shop):
    other = shop.queue_of(shop.rui, name="Sales")
    chat = shop.wait()
    services.transfer_to_department(chat.pk, department=other.department, actor=shop.boss)
    chat.refresh_from_db()
    assert chat.queue == other
    other.is_active = False
    other.save()
    with pytest.raises(ValidationError, match="no queue in use"):
        services.transfer_to_department(chat.pk, department=other.department, actor=shop.boss)
