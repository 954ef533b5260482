"""Overflow by size, time and hours; back to the queue when an agent stays away; each step with its reason."""

from datetime import timedelta

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.conversations.handlers import Arrived
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.organizations import services as members
from apps.organizations.tests.factories import MembershipFactory
from apps.routing import services, sweeping
from apps.routing.tests.conftest import online
from apps.teams.models import Agent, TeamSettings
from apps.teams.tests.factories import BusinessHoursFactory

pytestmark = pytest.mark.django_db
NEVER = [[[0, 1]]] + [[]] * 6


def arrive(shop, count):
    rows = [shop.wait(queue=None, at=None) for _ in range(count)]
    Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(queue=None, department=None)
    fresh = list(Conversation.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
    services.ensure_routed([Arrived(row, "") for row in fresh])
    return fresh


def places(rows):
    return [Conversation.objects.get(pk=row.pk).queue.name for row in rows]


def chain(shop, *names, **fields):
    """Queues that overflow one into the next, the shop's first; gives the others."""
    made = [shop.queue_of(name=name) for name in names]
    for queue, target in zip([shop.queue, *made], made, strict=False):
        queue.overflow_queue = target
        queue.save()
    return made


def test_a_batch_fills_the_queue_and_the_rest_goes_on_along_the_chain(shop):
    second, _third = chain(shop, "Second", "Third")
    shop.change(max_waiting=2)
    second.max_waiting = 1
    second.save()
    rows = arrive(shop, 5)
    assert places(rows) == ["Support", "Support", "Second", "Third", "Third"]
    assert shop.reasons(rows[3]) == [("queued", "overflow_size")]
    assert Message.objects.get(conversation=rows[3]).payload["from"] == "Support"


def test_when_the_whole_chain_is_full_it_waits_at_home(shop):
    (second,) = chain(shop, "Second")
    shop.change(max_waiting=1)
    second.max_waiting = 1
    second.save()
    assert places(arrive(shop, 4)) == ["Support", "Second", "Support", "Support"]


def test_a_circle_that_got_in_somehow_ends(shop):
    (second,) = chain(shop, "Second")
    second.overflow_queue, second.max_waiting = shop.queue, 1
    second.save()
    shop.change(max_waiting=1)
    assert places(arrive(shop, 3)) == ["Support", "Second", "Support"]


def test_a_closed_queue_sends_on_and_an_inactive_target_takes_nothing(shop):
    (second,) = chain(shop, "Second")
    shop.change(hours=BusinessHoursFactory(organization=shop.organization, week=NEVER), out_of_hours="overflow")
    rows = arrive(shop, 1)
    assert places(rows) == ["Second"]
    assert shop.reasons(rows[0]) == [("queued", "overflow_hours")]
    second.is_active = False
    second.save()
    assert places(arrive(shop, 1)) == ["Support"]


def test_routing_a_batch_costs_the_same_however_many_come(shop):
    chain(shop, "Second", "Third")
    shop.change(max_waiting=2, hours=BusinessHoursFactory(organization=shop.organization))
    costs = []
    arrive(shop, 6)
    for count in (3, 30):
        rows = [shop.wait() for _ in range(count)]
        Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(queue=None)
        fresh = list(Conversation.objects.select_related("contact", "number").filter(pk__in=[row.pk for row in rows]))
        with CaptureQueriesContext(connection) as queries:
            services.ensure_routed([Arrived(row, "") for row in fresh])
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


def test_who_waits_too_long_moves_on_in_business_time_only(shop):
    chain(shop, "Second")
    shop.change(overflow_minutes=20)
    late, early = shop.wait(at=now() - timedelta(minutes=21)), shop.wait(at=now() - timedelta(minutes=19))
    assert sweeping.sweep() == 1
    assert places([late, early]) == ["Second", "Support"]
    assert shop.reasons(late) == [("queued", "overflow_time")]
    assert sweeping.sweep() == 0
    shop.change(hours=BusinessHoursFactory(organization=shop.organization, week=NEVER))
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        assert sweeping.sweep() == 0, "nobody was there to keep them waiting"


def test_nobody_moves_on_into_a_full_queue(shop):
    (second,) = chain(shop, "Second")
    second.max_waiting = 1
    second.save()
    shop.change(overflow_minutes=1)
    [shop.wait(at=now() - timedelta(hours=1)) for _ in range(3)]
    assert sweeping.sweep() == 1


def held_by(shop, member, direction="in"):
    return shop.wait(state="open", assignee=member, last_direction=direction)


def test_customers_who_wait_for_an_absent_agent_go_back_to_their_queue(shop):
    waits, answered = held_by(shop, shop.ana), held_by(shop, shop.ana, "out")
    theirs = held_by(shop, shop.rui)
    online(shop.ana, presence="offline", presence_changed_at=now() - timedelta(minutes=16))
    online(shop.rui, presence="away", presence_changed_at=now() - timedelta(minutes=16))
    assert sweeping.sweep() == 1
    states = {row.pk: (row.state, row.assignee_id) for row in Conversation.objects.all()}
    assert states[waits.pk] == ("queued", None)
    assert states[answered.pk] == ("open", shop.ana.pk)
    assert states[theirs.pk] == ("open", shop.rui.pk)
    assert shop.reasons(waits) == [("queued", "offline")]


def test_the_company_says_how_long_or_never(shop):
    held_by(shop, shop.ana)
    online(shop.ana, presence="offline", presence_changed_at=now() - timedelta(minutes=16))
    settings = TeamSettings.objects.create(requeue_minutes=None)
    assert sweeping.sweep() == 0
    settings.requeue_minutes = 30
    settings.save()
    assert sweeping.sweep() == 0
    with time_machine.travel(now() + timedelta(minutes=15), tick=False):
        assert sweeping.sweep() == 1


def test_the_away_message_goes_out_once_and_only_out_of_hours(shop, django_capture_on_commit_callbacks):
    shop.queue.department.away_message = "Voltamos às 8h."
    shop.queue.department.save()
    shop.change(out_of_hours="message")
    window = {"window_expires_at": now() + timedelta(hours=20)}
    with django_capture_on_commit_callbacks(execute=True):
        arrive(shop, 1)
    assert not Message.objects.filter(direction="out").exists()
    shop.change(hours=BusinessHoursFactory(organization=shop.organization, week=NEVER))
    chat = shop.wait(**window)
    for _ in range(2):
        Conversation.objects.filter(pk=chat.pk).update(queue=None)
        with django_capture_on_commit_callbacks(execute=True):
            services.ensure_routed([Arrived(Conversation.objects.get(pk=chat.pk), "")])
    assert [line.text for line in Message.objects.filter(direction="out")] == ["Voltamos às 8h."]


@pytest.mark.parametrize(("role", "state"), [("viewer", "queued"), ("supervisor", "open")])
def test_who_may_not_reply_any_more_holds_nothing(shop, django_capture_on_commit_callbacks, role, state):
    online(shop.ana)
    chat = shop.wait()
    services.pull(shop.ana)
    owner = MembershipFactory(organization=shop.organization, role="owner")
    with django_capture_on_commit_callbacks(execute=True):
        members.change_role(actor=owner, membership=shop.ana, role=role)
    chat.refresh_from_db()
    assert chat.state == state
    assert (shop.reasons(chat)[-1] == ("queued", "role_changed")) == (role == "viewer")
    assert Agent.objects.get(membership=shop.ana).presence == ("offline" if role == "viewer" else "online")
