"""Warnings and breaches: each told once, whoever sweeps at the same time or dies on the way; who is told of what."""

import contextlib
import threading
from datetime import timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.tests.factories import UserFactory
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.notifications.models import Notification
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.routing import alarms, clocks, kinds, services, sweeping
from apps.routing.models import SlaClock
from apps.routing.tests.conftest import make_shop
from apps.routing.tests.test_random_parallel import run_threads
from apps.teams.tests.factories import SlaPolicyFactory

MINUTE = timedelta(minutes=1)


def promise(shop, minutes=20):
    shop.change(sla_policy=SlaPolicyFactory(organization=shop.organization, first_answer_minutes=minutes))


def waiting(shop, **fields):
    chat = shop.wait(unread_count=1, **fields)
    clocks.settle([Conversation.objects.select_related("queue").get(pk=chat.pk)])
    return chat


def pass_time(minutes):
    """The clocks' rows go back, as if time had passed."""
    for clock in SlaClock.objects.all():
        for name in ("started_at", "running_since", "warn_at", "due_at", "alarm_at"):
            value = getattr(clock, name)
            setattr(clock, name, value and value - minutes * MINUTE)
        clock.save()


def told(*members):
    return [
        list(Notification.objects.filter(recipient=member).order_by("id").values_list("kind", flat=True))
        for member in members
    ]


@pytest.mark.django_db
def test_a_warning_and_a_breach_stand_on_the_timeline_in_the_badge_and_in_the_notifications(shop):
    promise(shop)
    chat = waiting(shop)
    assert sweeping.sweep() == 0
    pass_time(15)
    assert (sweeping.sweep(), sweeping.sweep()) == (1, 0)
    assert Conversation.objects.get(pk=chat.pk).sla_state == "risk"
    pass_time(5)
    assert (sweeping.sweep(), sweeping.sweep()) == (1, 0)
    assert Conversation.objects.get(pk=chat.pk).sla_state == "breached"
    lines = Message.objects.filter(conversation=chat, direction="event").order_by("id")
    assert [line.payload["event"] for line in lines] == ["sla_warning", "sla_breach"]
    assert "75%" in lines[0].event_text
    assert "Support" in lines[1].event_text
    assert told(shop.boss, shop.ana) == [["routing.sla_risk", "routing.sla_breach"], []]


@pytest.mark.django_db
def test_the_agent_who_holds_it_is_warned_and_leaders_too_when_it_is_breached(shop):
    promise(shop)
    chat = waiting(shop)
    services.assign(chat.pk, to=shop.ana, actor=shop.boss)
    pass_time(15)
    sweeping.sweep()
    pass_time(5)
    sweeping.sweep()
    assert told(shop.ana, shop.boss, shop.rui) == [
        ["routing.assigned", "routing.sla_risk", "routing.sla_breach"],
        ["routing.sla_breach"],
        [],
    ]
    assert Notification.objects.filter(kind="routing.sla_risk").get().url.endswith(f"/desk/conversations/{chat.pk}/")


@pytest.mark.django_db
def test_a_departments_own_supervisors_come_before_all_of_them(shop):
    own = MembershipFactory(organization=shop.organization, role=Role.SUPERVISOR, user=UserFactory())
    shop.queue.department.members.add(own)
    assert alarms.Leaders().of(shop.queue.department_id) == [own]
    shop.queue.department.members.remove(own)
    assert set(alarms.Leaders().of(shop.queue.department_id)) == {own, shop.boss}


@pytest.mark.django_db
def test_who_takes_it_themselves_is_not_told_that_it_is_theirs(shop):
    services.take(shop.wait().pk, membership=shop.ana)
    assert told(shop.ana) == [[]]
    services.assign(shop.wait().pk, to=shop.ana, actor=shop.boss)
    assert told(shop.ana) == [["routing.assigned"]]


@pytest.mark.django_db
def test_many_at_once_are_one_word_to_a_leader_and_cost_as_many_queries_as_few(shop):
    promise(shop)

    def cost(count):
        for _ in range(count):
            waiting(shop)
        pass_time(15)
        with CaptureQueriesContext(connection) as caught:
            assert alarms.ring() == count
        return len(caught)

    few = cost(alarms.MOST_SINGLE + 1)
    assert told(shop.boss) == [["routing.sla_many"]]
    SlaClock.objects.all().delete()
    assert cost(30) == few


@pytest.mark.django_db(transaction=True)
def test_sweepers_at_the_same_moment_tell_each_alarm_once(monkeypatch):
    """Small portions, so that the sweepers meet often. One of them dies before its first commit."""
    monkeypatch.setattr(alarms, "BATCH", 3)
    shop = make_shop()
    with tenant_scope(shop.organization):
        promise(shop)
        for _ in range(40):
            waiting(shop)
        pass_time(15)
    together = threading.Barrier(5)
    tell, dead = kinds.tell_alarm, threading.Event()

    def dies_once(*args):
        if not dead.is_set():
            dead.set()
            raise SystemExit
        tell(*args)

    monkeypatch.setattr(kinds, "tell_alarm", dies_once)

    def sweeper():
        together.wait()
        with contextlib.suppress(SystemExit):
            sweeping.sweep()

    run_threads([sweeper] * 5)
    sweeping.sweep()
    with tenant_scope(shop.organization):
        lines = Message.objects.filter(direction="event").values_list("conversation", flat=True)
        assert dead.is_set()
        assert (len(lines), len(set(lines))) == (40, 40)
        assert set(SlaClock.objects.values_list("state", flat=True)) == {"risk"}
        assert now() - MINUTE < SlaClock.objects.first().warned_at <= now()
        assert Notification.objects.filter(recipient=shop.boss, kind="routing.sla_risk").count() == 40
