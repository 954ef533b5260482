"""Random pulls, transfers, presence changes and deactivations from many threads at once, on real PostgreSQL: no
conversation is assigned twice, lost between states, or given to someone who may not take it."""

import contextlib
import random
import threading
from collections import defaultdict

import pytest

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from apps.conversations.models import Conversation, Message
from apps.conversations.services import close, reopen
from apps.organizations.models import Membership
from apps.organizations.services import deactivate, reactivate
from apps.organizations.tenancy import tenant_scope
from apps.routing import distributing, services, sweeping, waiting
from apps.routing.tests.conftest import make_shop, online
from apps.teams import services as teams
from apps.teams.models import MemberSkill, Queue, QueueSkill, TeamSettings
from apps.teams.tests.factories import SkillFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, STEPS, CHATS, CAPACITY = 6, 40, 30, 4


class World:
    """Three queues: manual, in turn, and by skill, which only Rui has; the first overflows to the second."""

    def __init__(self):
        self.shop = make_shop()
        with tenant_scope(self.shop.organization):
            self._furnish()

    def _furnish(self):
        shop = self.shop
        TeamSettings.objects.create(capacity=CAPACITY)
        turn = shop.queue_of(shop.ana, shop.rui, mode="round_robin")
        expert = shop.queue_of(shop.ana, shop.rui, mode="skills", priority=1)
        skill = SkillFactory(organization=shop.organization)
        QueueSkill.objects.create(queue=expert, skill=skill, minimum=3)
        MemberSkill.objects.create(membership=shop.rui, skill=skill, level=5)
        MemberSkill.objects.create(membership=shop.ana, skill=skill, level=2)
        shop.change(overflow_queue=turn, overflow_minutes=1)
        self.queues, self.expert = [shop.queue, turn, expert], expert
        self.chats = [
            shop.wait(queue, vip=number % 7 == 0).pk for number, queue in enumerate(self.queues * (CHATS // 3))
        ]
        self.members = [shop.ana, shop.rui]
        online(*self.members)

    def step(self, dice):
        """One random act; a refusal in words is an answer, too."""
        member, chat, queue = dice.choice(self.members), dice.choice(self.chats), dice.choice(self.queues)
        acts = [
            lambda: services.pull(member),
            lambda: services.pull(member),
            lambda: services.take(chat, membership=member),
            lambda: services.transfer(chat, queue=queue, actor=member),
            lambda: services.transfer_to_agent(chat, to=dice.choice(self.members), actor=member),
            lambda: close(chat, actor=member, outcome="resolved"),
            lambda: teams.set_presence(member, dice.choice(["online", "away", "offline"])),
            distributing.distribute,
            sweeping.sweep,
            lambda: self.toggle(dice.choice(self.members)),
        ]
        with contextlib.suppress(ValidationError):
            dice.choice(acts)()

    def toggle(self, member):
        owner = self.shop.boss
        Membership.objects.filter(pk=owner.pk).update(role="owner")
        deactivate(actor=owner, membership=member)
        reactivate(actor=owner, membership=member)


def run_threads(works):
    errors = []

    def guarded(work):
        try:
            work()
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return errors


def double_assignments(lines):
    """Conversations that were taken from a queue while somebody already had them, by the events of their lives."""
    held, twice = set(), []
    for line in lines:
        event, reason = line.payload["event"], line.payload.get("reason", "")
        is_from_queue = event == "pulled" or (event == "assigned" and reason != "transfer")
        if is_from_queue and line.conversation_id in held:
            twice.append(line.conversation_id)
        if event in ("queued", "closed"):
            held.discard(line.conversation_id)
        elif event in ("pulled", "assigned"):
            held.add(line.conversation_id)
    return twice


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_assigned_twice_lost_or_given_to_the_wrong_agent(seed):
    world = World()

    def work(number):
        dice = random.Random(seed * 100 + number)  # noqa: S311 - a repeatable test
        with tenant_scope(world.shop.organization.pk):
            for _ in range(STEPS):
                world.step(dice)

    assert run_threads([lambda number=number: work(number) for number in range(THREADS)]) == []
    with tenant_scope(world.shop.organization):
        check(world)


def check(world):
    rows = list(Conversation.objects.all())
    assert len(rows) == CHATS
    for row in rows:
        assert (row.state, row.assignee_id is None) in {
            ("queued", True),
            ("open", False),
            ("closed", True),
            ("closed", False),
        }
        assert row.state != "queued" or row.queue_id is not None
    lines = list(Message.objects.filter(direction="event").order_by("id"))
    assert len(lines) > CHATS, "something happened"
    assert double_assignments(lines) == []
    expert_takers = {
        line.payload["to"]
        for line in lines
        if line.payload["event"] == "pulled" and line.payload.get("queue") == world.expert.name
    } | {line.payload["to"] for line in lines if line.payload.get("reason") == "skills"}
    assert expert_takers <= {"Rui"}, "Ana's skill is too low for that queue"
    holding = defaultdict(int)
    for row in rows:
        if row.state == "open":
            holding[row.assignee_id] += 1
    assert all(number <= CAPACITY for number in holding.values())
    assert {row.assignee_id for row in rows if row.state == "open"} <= {member.pk for member in world.members}


def pull_together(monkeypatch, *, wait_in_give):
    """Two agents pull one waiting conversation at the same moment; gives what each got."""
    shop = make_shop()
    with tenant_scope(shop.organization):
        shop.wait()
    barrier, got, give = threading.Barrier(2), [], services.give

    def slow_give(*args, **kwargs):
        if wait_in_give:
            barrier.wait(10)
        return give(*args, **kwargs)

    monkeypatch.setattr(services, "give", slow_give)

    def pull(member):
        with tenant_scope(shop.organization.pk), transaction.atomic():
            if not wait_in_give:
                barrier.wait(10)
            got.append(services.pull(member))

    errors = run_threads([lambda: pull(shop.ana), lambda: pull(shop.rui)])
    return errors, [chat for chat in got if chat is not None]


def test_one_conversation_for_two_who_pull_at_once_goes_to_one(monkeypatch):
    errors, got = pull_together(monkeypatch, wait_in_give=False)
    assert (errors, len(got)) == ([], 1)


def test_without_the_lock_both_would_get_it(monkeypatch):
    monkeypatch.setattr(waiting, "_CLAIM", waiting._CLAIM.replace("FOR UPDATE SKIP LOCKED", ""))
    errors, got = pull_together(monkeypatch, wait_in_give=True)
    assert (errors, len(got)) == ([], 2)


def test_a_closed_conversation_that_is_reopened_counts_like_any_other():
    world = World()
    with tenant_scope(world.shop.organization):
        chat = services.pull(world.shop.ana)
        close(chat.pk, actor=world.shop.ana, outcome="resolved")
        reopen(chat.pk, actor=world.shop.ana)
        assert Queue.objects.count() == 3
        assert Conversation.objects.get(pk=chat.pk).assignee == world.shop.ana
