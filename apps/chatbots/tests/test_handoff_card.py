"""The card for whoever goes on after the bot."""

import pytest

from django.template.loader import render_to_string

from apps.chatbots.models import Session
from apps.chatbots.tests.flows import flow_of
from apps.conversations.models import Message

pytestmark = pytest.mark.django_db
ASKING = flow_of(
    [
        ("start", {}),
        ("question", {"text": "Seu nome?", "type": "text", "variable": "nome"}),
        ("question", {"text": "Seu CPF?", "type": "cpf", "variable": "cpf", "retries": 0}),
        ("handoff", {"note": "Falar com {{nome}}", "answer": "Oi, {{nome}}!", "queue": ""}),
    ]
)
ASKING["nodes"][2]["label"] = "Pergunta o CPF"


def card():
    return Message.objects.get(direction="note").payload["handoff"]


def test_the_card_of_a_failed_step_tells_the_way_the_data_and_the_step(bot, talk):
    bot(ASKING)
    talk("Oi", "Maria <b>", "não sei")
    shown = card()
    assert shown["path"][-1] == shown["step"] == "Pergunta o CPF"
    assert (shown["reason"], shown["data"]) == ("fallback", [["nome", "Maria <b>"]])
    assert "não sei" in shown["answer"]
    html = render_to_string("conversations/_handoff.html", {"card": shown, "slug": "x"})
    assert "Pergunta o CPF" in html
    assert "Maria &lt;b&gt;" in html
    assert "<b>" not in html


def test_the_card_of_a_meant_handover_has_the_flow_s_own_words(bot, talk):
    bot(ASKING)
    talk("Oi", "Maria", "529.982.247-25")
    shown = card()
    assert (shown["reason"], shown["step"]) == ("", "")
    assert (shown["note"], shown["answer"]) == ("Falar com Maria", "Oi, Maria!")
    assert dict(shown["data"]) == {"nome": "Maria", "cpf": "52998224725"}
    assert "Falar com Maria" in Message.objects.get(direction="note").text


def test_a_long_way_is_shortened_and_repeats_stand_once(bot, talk):
    asking = ("question", {"text": "Idade?", "type": "number", "retries": 5})
    steps = [("set_variable", {"variable": "n", "how": "add", "value": "1"})] * 20
    bot(flow_of([("start", {}), asking, *steps, ("handoff", {})]))
    talk("Oi", "muitos", "vários", "30")
    shown = card()
    assert (len(shown["path"]), shown["left_out"]) == (12, 11)
    assert shown["session"] == str(Session.objects.get().pk)
