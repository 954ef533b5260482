"""The three flows of the plan, from the webhook to the agent's queue, on the real database."""

import pytest

from django.db import OperationalError

from apps.chatbots import runner
from apps.chatbots.models import Session, Step
from apps.chatbots.tests.conftest import only_conversation, seconds, sent
from apps.chatbots.tests.flows import flow_of
from apps.conversations.models import Message, State
from apps.routing import services as routing

pytestmark = pytest.mark.django_db


def test_start_message_end(bot, talk):
    bot(flow_of([("start", {}), ("message", {"text": "Olá, {{contact.first_name}}! {{missing}}"}), ("end", {})]))
    assert talk("Oi")[0].startswith("Olá, ")
    session = Session.objects.get()
    assert (session.status, session.steps_taken) == ("ended", 3)
    assert [step.kind for step in Step.objects.order_by("number")] == ["start", "message", "end"]
    assert only_conversation().state == State.BOT


QUESTION = flow_of(
    [
        ("start", {}),
        ("question", {"text": "Quantos anos você tem?", "type": "number", "variable": "age", "retries": 1}),
        ("condition", {"rules": [{"variable": "age", "operator": "more", "value": "17"}]}),
        ("message", {"text": "Maior: {{age}}"}),
        ("message", {"text": "Menor: {{age}}"}),
        ("end", {}),
    ],
    [
        ("n1", "next", "n2"),
        ("n2", "next", "n3"),
        ("n3", "yes", "n4"),
        ("n3", "no", "n5"),
        ("n4", "next", "n6"),
        ("n5", "next", "n6"),
    ],
)


def test_start_question_condition_and_its_two_branches(bot, talk):
    bot(QUESTION)
    assert talk("Oi", "muitos", "42")[-1] == "Maior: 42"


def test_the_other_branch(bot, talk):
    bot(QUESTION)
    assert talk("Oi", "12")[-1] == "Menor: 12"


def test_who_never_answers_well_gets_a_person(bot, talk, house):
    bot(QUESTION, fallback_text="Um momento", fallback_queue=house.queue)
    assert talk("Oi", "muitos", "vários")[-1] == "Um momento"
    assert (only_conversation().state, only_conversation().queue) == (State.QUEUED, house.queue)
    assert Session.objects.get().reason == "fallback"


def test_start_message_handoff_and_an_agent_picks_up(bot, talk, house):
    steps = [("start", {}), ("message", {"text": "Olá"}), ("handoff", {"text": "Já vem alguém", "queue": ""})]
    bot(flow_of(steps))
    assert talk("Oi") == ["Olá", "Já vem alguém"]
    assert only_conversation().queue == house.queue
    taken = routing.pull(house.agent)
    assert taken == only_conversation()
    assert Message.objects.filter(direction="note").count() == 1
    talk("Obrigado")  # a person answers now
    assert Session.objects.count() == 1


def test_a_turn_that_is_run_again_says_nothing_twice(bot, talk, house):
    bot(QUESTION)
    talk("Oi")
    for _again in range(3):
        runner.run_due()
    Session.objects.update(due_at="2020-01-01T00:00:00Z")
    runner.run_due()
    assert sent() == ["Quantos anos você tem?"]


def test_messages_in_one_batch_are_heard_in_their_order(bot, house):
    steps = [
        ("start", {}),
        ("question", {"text": "Nome?", "type": "text", "variable": "name"}),
        ("question", {"text": "Cidade?", "type": "text", "variable": "city"}),
        ("message", {"text": "{{name}} de {{city}}"}),
        ("end", {}),
    ]
    bot(flow_of(steps))
    for words in ("Oi", "Maria {{city}}", "Recife"):
        house.text(words, timestamp=seconds())
    runner.run_due()
    assert sent() == ["Nome?", "Cidade?", "Maria {{city}} de Recife"]


def test_a_broken_turn_ends_with_a_person(bot, talk, house, monkeypatch):
    bot(QUESTION)
    talk("Oi")
    monkeypatch.setattr("apps.chatbots.engine.advance", lambda state, given: 1 / 0)
    assert talk("42")[-1] != "Maior: 42"
    assert (Session.objects.get().status, Session.objects.get().reason) == ("failed", "error")
    assert only_conversation().state == State.QUEUED


def test_a_database_that_went_away_leaves_the_turn_due(bot, talk, house, monkeypatch):
    bot(QUESTION)
    talk("Oi")

    def gone(state, given):
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr("apps.chatbots.engine.advance", gone)
        with pytest.raises(OperationalError):
            talk("42")
    assert Session.objects.get().status == "waiting"
    runner.run_due()
    assert sent()[-1] == "Maior: 42"


def test_an_agent_who_takes_over_ends_the_session(bot, talk, house):
    bot(QUESTION)
    talk("Oi")
    routing.assign(only_conversation().pk, to=house.agent, actor=house.members["supervisor"])
    Session.objects.update(due_at="2020-01-01T00:00:00Z")
    runner.run_due()
    assert Session.objects.get().status == "taken"


def test_without_a_bot_everything_goes_to_the_queue(house):
    conversation = house.text("Oi").conversation
    assert (conversation.state, conversation.queue) == (State.QUEUED, house.queue)
    assert not Session.objects.exists()
