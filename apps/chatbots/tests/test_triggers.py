"""Which flow begins, and who is kept from it."""

from datetime import timedelta

import pytest

from apps.chatbots import handlers, runner
from apps.chatbots.models import Bot, FlowVersion, Session, Trigger
from apps.chatbots.tests.conftest import only_conversation
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.triggering import Occasion, version_for, who_would_win
from apps.conversations.models import State
from apps.core.clock import now
from apps.whatsapp.tests.factories import NumberFactory

pytestmark = pytest.mark.django_db
HELLO = flow_of([("start", {}), ("message", {"text": "Olá"}), ("end", {})])


@pytest.mark.parametrize(
    ("kind", "value", "occasion", "matches"),
    [
        ("keyword", "Menu, início", {"text": " INICIO! "}, True),
        ("keyword", "menu", {"text": "o menu"}, False),
        ("contains", "segunda via", {"text": "Quero a Segunda  Via, por favor"}, True),
        ("contains", "via", {"text": "viagem"}, False),
        ("pattern", r"^pedido \d+$", {"text": "Pedido 42"}, True),
        ("pattern", "(", {"text": "("}, False),
        ("button", "buy", {"payload": "buy"}, True),
        ("ad", "", {"is_from_ad": True}, True),
        ("closed", "", {"is_closed": lambda: True}, True),
        ("link", "Vim pelo cartaz", {"text": "vim pelo cartaz 12"}, True),
        ("event", "cart.left", {"event": "cart.left"}, True),
        ("any", "", {"event": "cart.left"}, False),
        ("first", "", {"is_first": False}, False),
    ],
)
def test_each_kind_matches_what_it_says(house, bot, kind, value, occasion, matches):
    bot(HELLO, kind, value)
    found = who_would_win(Occasion(house.number.pk, **occasion))
    assert [candidate.matches for candidate in found] == [matches]


def test_the_smallest_priority_wins_and_the_tester_shows_all(house, bot):
    bot(HELLO, "any")
    first = bot(HELLO, "keyword", "menu")
    Trigger.objects.filter(flow=first.flow_id).update(priority=1)
    found = who_would_win(Occasion(house.number.pk, "menu"))
    assert [(row.trigger.kind, row.wins) for row in found] == [("keyword", True), ("any", False)]


def test_other_numbers_and_bots_that_are_off_don_t_answer(house, bot):
    version = bot(HELLO)
    version.flow.bot.numbers.add(NumberFactory(organization=house.organization))
    assert not who_would_win(Occasion(house.number.pk))[0].matches
    Bot.objects.update(is_active=False)
    assert who_would_win(Occasion(house.number.pk)) == []


def test_what_no_trigger_wants_goes_to_the_queue_and_so_does_what_comes_after_a_flow(house, bot, talk):
    bot(HELLO, "keyword", "menu")
    talk("bom dia")
    assert only_conversation().queue == house.queue


def test_after_its_flow_a_conversation_waits_for_a_person(house, bot, talk):
    bot(HELLO)
    talk("Oi", "E agora?")
    assert (only_conversation().state, only_conversation().queue) == (State.QUEUED, house.queue)


def test_a_conversation_that_begins_flows_too_fast_goes_to_a_person(house, bot, talk, monkeypatch):
    monkeypatch.setattr(handlers, "MOST_SESSIONS", 2)
    bot(HELLO, "any")
    talk("a", "b", "c")
    assert Session.objects.count() == 2
    assert only_conversation().state == State.QUEUED


def test_a_machine_that_answers_at_once_goes_to_a_person(house, bot, talk, monkeypatch):
    monkeypatch.setattr(runner, "MOST_HEARD", 3)
    bot(
        flow_of(
            [("start", {}), ("question", {"text": "?", "type": "text"})], [("n1", "next", "n2"), ("n2", "next", "n2")]
        )
    )
    talk("a", "b", "c", "d", "e", "f")
    assert Session.objects.get().reason == "breaker"
    assert only_conversation().state == State.QUEUED


def test_a_canary_takes_its_share():
    versions = [FlowVersion(number=2, canary_percent=10), FlowVersion(number=1, canary_percent=100)]
    chosen = [version_for(versions, seed).number for seed in range(100)]
    assert chosen.count(2) == 10
    assert version_for([], 1) is None


def test_a_timer_is_woken_by_its_row(house, bot, talk):
    graph = flow_of(
        [
            ("start", {}),
            ("question", {"text": "?", "type": "text", "minutes": 5}),
            ("message", {"text": "Ainda aí?"}),
            ("end", {}),
        ],
        [("n1", "next", "n2"), ("n2", "next", "n4"), ("n2", "timeout", "n3"), ("n3", "next", "n4")],
    )
    bot(graph)
    assert talk("Oi") == ["?"]
    due = Session.objects.get().due_at
    assert timedelta(minutes=4) < due - now() <= timedelta(minutes=5)
    state = Session.objects.get().state
    state["waiting"][2] = (now() - timedelta(seconds=1)).isoformat()
    Session.objects.update(state=state, due_at=now())
    assert runner.run_due() == 1
    assert Session.objects.get().status == "ended"
