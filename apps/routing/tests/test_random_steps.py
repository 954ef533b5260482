"""Drawn sequences of all that people and the clock do to conversations, on real PostgreSQL, each step compared with a
model of a few lines: no conversation is given twice, lost between states, or given to someone who may not take it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.test import TestCase

from apps.accounts.tests.factories import UserFactory
from apps.conversations.models import Conversation
from apps.conversations.services import close, reopen
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.services import deactivate, reactivate
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.routing import distributing, receivers, rules, services, sweeping
from apps.routing.tests.conftest import make_shop, online
from apps.teams import services as teams
from apps.teams.models import Agent, MemberSkill, QueueSkill, TeamSettings
from apps.teams.tests.factories import SkillFactory

pytestmark = pytest.mark.django_db
CAPACITY, NEEDED = 2, 3
ENOUGH = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
HAND, TURN, EXPERT = "by hand", "in turn", "experts"
PRIORITY = {EXPERT: 1, HAND: 5, TURN: 9}
SERVED_BY = {HAND: {"Ana", "Rui", "Bia"}, TURN: {"Ana", "Rui"}, EXPERT: {"Ana", "Rui"}}
REFUSED = "refused"
people, queues = st.sampled_from(["Ana", "Rui", "Bia"]), st.sampled_from([HAND, TURN, EXPERT])


class House:
    """Three agents and three queues: by hand (which overflows to the next), in turn, and for experts only."""

    def __init__(self):
        self.shop = shop = make_shop()
        with tenant_scope(shop.organization):
            Membership.objects.filter(pk=shop.boss.pk).update(role="owner")
            bia = MembershipFactory(organization=shop.organization, user=UserFactory(full_name="Bia"))
            self.members = {"Ana": shop.ana, "Rui": shop.rui, "Bia": bia}
            self.names = {member.pk: name for name, member in self.members.items()}
            TeamSettings.objects.create(capacity=CAPACITY)
            self.skill = SkillFactory(organization=shop.organization)
            self._furnish()
            online(*self.members.values())

    def _furnish(self):
        turn = self.shop.queue_of(*self._serving(TURN), mode="round_robin", priority=PRIORITY[TURN])
        expert = self.shop.queue_of(*self._serving(EXPERT), mode="skills", priority=PRIORITY[EXPERT])
        QueueSkill.objects.create(queue=expert, skill=self.skill, minimum=NEEDED)
        self.shop.queue.members.set(self._serving(HAND))
        self.shop.change(priority=PRIORITY[HAND], overflow_queue=turn, overflow_minutes=1)
        self.queues = {HAND: self.shop.queue, TURN: turn, EXPERT: expert}

    def _serving(self, queue):
        return [self.members[name] for name in SERVED_BY[queue]]


@dataclass
class Chat:
    queue: str
    is_vip: bool
    since: int
    state: str = "queued"
    holder: str | None = None


class Desk(RuleBasedStateMachine):
    chats = Bundle("chats")

    def __init__(self, house):
        super().__init__()
        self.house, self.all, self.step = house, {}, 0
        self.level = dict.fromkeys(house.members, 0)
        self.presence = dict.fromkeys(house.members, "online")
        self.active = set(house.members)
        self.undone = transaction.atomic()
        self.undone.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def held(self, who):
        return sum(chat.holder == who and chat.state == "open" for chat in self.all.values())

    def has_room(self, who):
        return who in self.active and self.held(who) < CAPACITY

    def may_take(self, who, queue):
        return who in self.active & SERVED_BY[queue] and (queue != EXPERT or self.level[who] >= NEEDED)

    def waits(self, chat, queue=None):
        chat.state, chat.holder, chat.queue, chat.since = "queued", None, queue or chat.queue, self.step

    def of(self, who):
        return self.house.members[who]

    def ask(self, act, *args, **kwargs):
        """What the house answers; `REFUSED` for a refusal in words. Whatever follows a commit follows."""
        self.step += 1
        try:
            with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
                return act(*args, **kwargs)
        except ValidationError:
            return REFUSED

    @initialize(target=chats)
    def begin(self):
        return multiple(*(self.arrives(queue, is_vip=False) for queue in [HAND, TURN, EXPERT] * 2))

    @rule(target=chats, queue=queues, is_vip=st.booleans())
    def arrives(self, queue, is_vip):
        self.step += 1
        row = self.house.shop.wait(self.house.queues[queue], vip=is_vip, last_direction="in")
        self.all[row.pk] = Chat(queue, is_vip, self.step)
        return row.pk

    @rule(who=people)
    def pulls(self, who):
        fitting = [
            (not chat.is_vip, PRIORITY[chat.queue], chat.since, pk)
            for pk, chat in self.all.items()
            if chat.state == "queued" and self.may_take(who, chat.queue)
        ]
        expected = min(fitting, default=(None,))[-1] if self.has_room(who) else REFUSED
        got = self.ask(services.pull, self.of(who))
        assert (got if got in (None, REFUSED) else got.pk) == expected
        if got not in (None, REFUSED):
            self.all[got.pk].state, self.all[got.pk].holder = "open", who

    @rule(who=people, pk=chats)
    def takes(self, who, pk):
        chat = self.all[pk]
        may = chat.state == "queued" and self.may_take(who, chat.queue) and self.has_room(who)
        got = self.ask(services.take, pk, membership=self.of(who))
        assert (got is not REFUSED) == (may or chat.holder == who)
        if may:
            chat.state, chat.holder = "open", who

    @rule(who=people, to=people, pk=chats)
    def hands_on(self, who, to, pk):
        chat = self.all[pk]
        may = chat.state != "closed" and (chat.holder == to or self.has_room(to))
        got = self.ask(services.transfer_to_agent, pk, to=self.of(to), actor=self.of(who))
        assert (got is not REFUSED) == may
        if may:
            chat.state, chat.holder = "open", to

    @rule(who=people, queue=queues, pk=chats)
    def sends_on(self, who, queue, pk):
        chat = self.all[pk]
        got = self.ask(services.transfer, pk, queue=self.house.queues[queue], actor=self.of(who))
        assert (got is not REFUSED) == (chat.state != "closed")
        if chat.state != "closed":
            self.waits(chat, queue)

    @rule(who=people, pk=chats)
    def closes(self, who, pk):
        self.ask(close, pk, actor=self.of(who), outcome="resolved")
        self.all[pk].state = "closed"

    @rule(who=people, pk=chats)
    def reopens(self, who, pk):
        if self.all[pk].state == "closed" and self.has_room(who):
            self.ask(reopen, pk, actor=self.of(who))
            self.all[pk].state, self.all[pk].holder = "open", who

    @rule(who=people, state=st.sampled_from(["online", "away", "offline"]))
    def turns(self, who, state):
        if who in self.active:
            self.ask(teams.set_presence, self.of(who), state)
            self.presence[who] = state

    @rule(who=people, level=st.integers(1, 5))
    def learns(self, who, level):
        MemberSkill.objects.update_or_create(membership=self.of(who), skill=self.house.skill, defaults={"level": level})
        self.level[who] = level

    @rule(who=people)
    def leaves_or_returns(self, who):
        act = deactivate if who in self.active else reactivate
        assert self.ask(act, actor=self.house.shop.boss, membership=self.of(who)) is not REFUSED
        self.active ^= {who}
        if act is deactivate:
            self.presence[who] = "offline"
            self.all_of({who})

    def all_of(self, gone):
        for chat in self.all.values():
            if chat.state == "open" and chat.holder in gone:
                self.waits(chat)

    @rule()
    def stays_away_too_long(self):
        Agent.objects.filter(presence="offline").update(presence_changed_at=now() - timedelta(hours=1))
        self.ask(sweeping.requeue_of_absent)
        self.all_of({who for who, state in self.presence.items() if state == "offline"})

    @rule()
    def waits_too_long(self):
        waiting = [(pk, chat) for pk, chat in self.all.items() if (chat.state, chat.queue) == ("queued", HAND)]
        rows = Conversation.objects.filter(pk__in=[pk for pk, _chat in waiting])
        rows.update(queued_at=F("queued_at") - timedelta(minutes=2))
        assert self.ask(sweeping.overflow_by_time) == len(waiting)
        for _pk, chat in waiting:
            self.waits(chat, TURN)

    @rule()
    def distributes(self):
        """Whose turn it is, is tested elsewhere; here: only to who may, and until nobody is free."""
        self.ask(distributing.distribute_here)
        for pk, holder in Conversation.objects.filter(state="open").values_list("pk", "assignee"):
            chat, who = self.all[pk], self.house.names[holder]
            if chat.state == "queued":
                assert chat.queue != HAND
                assert self.may_take(who, chat.queue)
                assert self.has_room(who)
                assert self.presence[who] == "online"
                chat.state, chat.holder = "open", who
        free = {who for who, state in self.presence.items() if state == "online" and self.has_room(who)}
        left = {chat.queue for chat in self.all.values() if chat.state == "queued"} - {HAND}
        assert not any(self.may_take(who, queue) for who in free for queue in left)

    @invariant()
    def every_conversation_is_where_it_was_put(self):
        rows = Conversation.objects.values_list("pk", "state", "queue__name", "assignee")
        names = {self.house.queues[name].name: name for name in self.house.queues}
        stored = {pk: (state, names[queue], self.house.names.get(to)) for pk, state, queue, to in rows}
        assert stored == {pk: (chat.state, chat.queue, chat.holder) for pk, chat in self.all.items()}


@pytest.fixture
def house(db):
    made = House()
    with tenant_scope(made.shop.organization):
        yield made


def test_never_given_twice_never_lost_and_never_to_who_may_not(house):
    run_machine(lambda: Desk(house), settings=ENOUGH)


@pytest.mark.parametrize("guard", [(rules, "require_room"), (receivers, "return_to_queue")], ids=lambda guard: guard[1])
def test_negative_control_without_a_guard_the_model_tells(house, monkeypatch, guard):
    monkeypatch.setattr(*guard, lambda *args, **kwargs: None)
    with pytest.raises(AssertionError):
        run_machine(lambda: Desk(house), settings=settings(ENOUGH, phases=[Phase.generate]))
