"""The rating: asked when a conversation is resolved, recorded without opening anything again."""

from datetime import timedelta

import pytest

from apps.conversations import closing, csat
from apps.conversations.models import Conversation, Message, State, Survey, SurveyPolicy
from apps.core.clock import now
from apps.organizations.models import Organization
from apps.whatsapp.tests.samples import message

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(house):
    Organization.objects.filter(pk=house.organization.pk).update(language="en")
    return SurveyPolicy.objects.create(is_on=True)


def closed_chat(house):
    chat = house.chat()
    house.send(chat)
    closing.close(chat.pk, actor=house.agent, outcome="resolved")
    return Conversation.objects.get(pk=chat.pk)


def answer(house, survey, score=5, wamid="wamid.rated"):
    reply = {"type": "button_reply", "button_reply": {"id": csat.reply_id(survey, score), "title": "😊 Good"}}
    house.say(message("interactive", reply, id=wamid, timestamp=str(int(now().timestamp()))))


def test_resolving_asks_with_three_buttons_after_a_moment_for_undo(house, policy):
    chat = closed_chat(house)
    question = Survey.objects.get(conversation=chat).question
    assert [button["id"][-1] for button in question.payload["buttons"]] == ["5", "3", "1"]
    assert question.next_attempt_at > now()
    assert chat.state == State.CLOSED


@pytest.mark.parametrize("reason", ["off", "unanswered", "queue", "other outcome", "window"])
def test_nothing_is_asked(house, policy, reason):
    chat = house.chat()
    if reason != "unanswered":
        house.send(chat)
    if reason == "off":
        SurveyPolicy.objects.update(is_on=False)
    if reason == "queue":
        policy.silent_queues.add(house.queue)
    if reason == "window":
        Conversation.objects.filter(pk=chat.pk).update(window_expires_at=now() - timedelta(hours=1))
    closing.close(chat.pk, actor=house.agent, outcome="other" if reason == "other outcome" else "resolved")
    assert not Survey.objects.exists()


def test_outside_the_window_a_configured_template_asks(house, policy):
    SurveyPolicy.objects.update(template_name="avaliacao")
    chat = house.chat()
    house.send(chat)
    Conversation.objects.filter(pk=chat.pk).update(window_expires_at=now() - timedelta(hours=1))
    closing.close(chat.pk, actor=house.agent, outcome="resolved")
    question = Survey.objects.get().question
    assert (question.kind, question.payload["name"], len(question.payload["components"])) == (
        "template",
        "avaliacao",
        3,
    )


def test_a_rating_is_recorded_and_the_conversation_stays_closed(house, policy):
    chat = closed_chat(house)
    answer(house, chat.survey, 3)
    survey = Survey.objects.get()
    assert (survey.score, survey.agent) == (3, house.agent)
    assert list(Conversation.objects.values_list("pk", "state")) == [(chat.pk, State.CLOSED)]
    lines = Message.objects.filter(conversation=chat)
    assert lines.filter(direction="in", kind="interactive").exists()
    assert lines.filter(direction="event", payload__event="rated").exists()


def test_the_first_text_after_the_rating_is_its_comment_and_the_second_a_new_conversation(house, policy):
    chat = closed_chat(house)
    answer(house, chat.survey)
    assert Message.objects.filter(conversation=chat, direction="out", text__startswith="Thank you!").exists()
    house.text("Foram muito rápidos")
    assert Survey.objects.get().comment == "Foram muito rápidos"
    assert Conversation.objects.live().count() == 0
    house.text("Tenho outra dúvida")
    assert Conversation.objects.live().get().queue == house.queue


def test_without_a_wish_for_comments_every_text_is_a_new_conversation(house, policy):
    SurveyPolicy.objects.update(asks_comment=False)
    chat = closed_chat(house)
    answer(house, chat.survey)
    house.text("Quero comprar outro")
    assert Conversation.objects.waiting().count() == 1


def test_a_rating_of_somebody_else_is_an_ordinary_message(house, policy):
    chat = closed_chat(house)
    reply = {"type": "button_reply", "button_reply": {"id": csat.reply_id(chat.survey, 1), "title": "😞"}}
    stranger = {**message("interactive", reply, id="wamid.stranger"), "from": "5511900000001"}
    stranger.pop("from_user_id")
    house.say(stranger, contacts=[{"profile": {"name": "Outro"}, "wa_id": "5511900000001"}])
    assert Survey.objects.get().score is None
    assert Conversation.objects.waiting().count() == 1


def test_a_rating_while_the_customer_has_a_new_conversation_leaves_that_alone(house, policy):
    chat = closed_chat(house)
    house.text("Oi de novo")
    fresh = Conversation.objects.live().get()
    answer(house, chat.survey, 5)
    assert Survey.objects.get().score == 5
    assert Conversation.objects.live().get() == fresh
    assert not Message.objects.filter(direction="out", text__startswith="Thank").exists()


def test_undoing_takes_the_question_back(house, policy):
    chat = closed_chat(house)
    closing.reopen(chat.pk, actor=house.agent)
    assert not Survey.objects.exists()
    assert not Message.objects.filter(payload__send="buttons").exists()
