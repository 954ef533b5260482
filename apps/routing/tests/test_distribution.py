"""Automatic assignment: by turn, by load, by skill; only to who is online with room; on the right occasions."""

from datetime import timedelta

import pytest

from apps.conversations.models import Conversation
from apps.conversations.services import close
from apps.core.clock import now
from apps.routing import distributing, receivers, services
from apps.routing.places import Place
from apps.routing.tests.conftest import make_shop, online
from apps.teams import services as teams
from apps.teams.models import MemberSkill, QueueSkill, TeamSettings
from apps.teams.tests.factories import BusinessHoursFactory, SkillFactory

pytestmark = pytest.mark.django_db


def holders():
    rows = Conversation.objects.filter(state="open").order_by("queued_at", "pk").select_related("assignee__user")
    return [row.assignee.name for row in rows]


def test_a_manual_queue_gives_nothing_by_itself(shop):
    shop.wait()
    online(shop.ana)
    assert distributing.distribute() == 0


def test_in_turn(shop):
    shop.change(mode="round_robin")
    [shop.wait(at=now() + timedelta(seconds=number)) for number in range(4)]
    online(shop.ana, last_given_at=now())
    online(shop.rui, last_given_at=now() - timedelta(hours=1))
    assert distributing.distribute() == 4
    assert holders() == ["Rui", "Ana", "Rui", "Ana"]
    assert shop.reasons(Conversation.objects.first()) == [("assigned", "round_robin")]


def test_to_whom_has_the_fewest(shop):
    shop.change(mode="least_busy")
    held = [shop.wait() for _ in range(2)]
    [services.take(chat.pk, membership=shop.ana) for chat in held]
    [shop.wait(at=now() + timedelta(seconds=number)) for number in range(3)]
    online(shop.ana, shop.rui)
    distributing.distribute()
    assert sorted(holders()[2:]) == ["Ana", "Rui", "Rui"]


def test_to_whom_knows_best_and_never_to_who_lacks_a_skill(shop):
    english = SkillFactory(organization=shop.organization)
    QueueSkill.objects.create(queue=shop.queue, skill=english, minimum=2)
    shop.change(mode="skills")
    MemberSkill.objects.create(membership=shop.ana, skill=english, level=1)
    third = shop.boss
    shop.queue.department.members.add(third)
    for member, level in ((shop.rui, 5), (third, 3)):
        MemberSkill.objects.create(membership=member, skill=english, level=level)
    TeamSettings.objects.create(capacity=2)
    online(shop.ana, shop.rui, third)
    [shop.wait(at=now() + timedelta(seconds=number)) for number in range(5)]
    assert distributing.distribute() == 4
    assert holders() == ["Rui", "Rui", "Boss", "Boss"]


@pytest.mark.parametrize("presence", ["away", "offline"])
def test_nobody_who_is_not_online_gets_anything(shop, presence):
    shop.change(mode="least_busy")
    shop.wait()
    online(shop.ana, presence=presence)
    assert distributing.distribute() == 0


def test_a_closed_queue_waits_for_its_hours(shop):
    hours = BusinessHoursFactory(organization=shop.organization, week=[[[0, 1]]] + [[]] * 6)
    shop.change(mode="least_busy", hours=hours)
    shop.wait()
    online(shop.ana)
    assert distributing.distribute() == 0


def test_what_changed_since_the_look_is_seen_under_the_lock(shop):
    shop.change(mode="least_busy")
    chat = shop.wait()
    online(shop.ana, presence="away")
    assert distributing.hand_over(chat.pk, shop.queue, shop.ana.pk) is distributing.Given.UNFIT
    online(shop.ana)
    services.take(chat.pk, membership=shop.rui)
    assert distributing.hand_over(chat.pk, shop.queue, shop.ana.pk) is distributing.Given.GONE


def test_each_company_gives_its_own_to_its_own(shop):
    other = make_shop()
    shop.change(mode="least_busy")
    chat = shop.wait()
    from_other = other.ana
    with distributing.tenant_scope(other.organization):
        online(from_other)
    assert distributing.distribute() == 0
    online(shop.ana)
    assert distributing.distribute() == 1
    chat.refresh_from_db()
    assert chat.assignee == shop.ana


def test_occasions_to_look_again(shop, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    for module in (services, receivers):
        monkeypatch.setattr(module, "wake", woken.append)
    shop.change(mode="least_busy")
    with django_capture_on_commit_callbacks(execute=True):
        teams.seen(shop.ana, active=True)
        assert woken == []
    assert woken == ["routing.distribute"], "somebody came online"
    with django_capture_on_commit_callbacks(execute=True):
        services.enqueue_all([(shop.wait(), Place(shop.queue, "number"))])
    assert len(woken) == 2, "something arrived"
    with django_capture_on_commit_callbacks(execute=True):
        chat = services.pull(shop.ana)
        close(chat.pk, actor=shop.ana, outcome="resolved")
    assert len(woken) == 3, "somebody has room"
