"""WhatsApp's own forms, and what an action does to the conversation."""

import json

import pytest

from apps.chatbots import runner
from apps.chatbots.models import Session
from apps.chatbots.tests.conftest import only_conversation, seconds, sent
from apps.chatbots.tests.flows import flow_of
from apps.conversations.models import Message, State
from apps.teams.tests.factories import QueueFactory
from apps.whatsapp.tests.samples import message

pytestmark = pytest.mark.django_db
FORM = {
    "text": "Cadastre-se",
    "cta": "Abrir",
    "flow_id": "1234567890",
    "screen": "WELCOME",
    "known": [{"name": "cidade", "value": "{{contact.name}}"}],
    "mapping": [{"path": "dados.email", "variable": "email"}],
    "variable": "cadastro",
    "retries": 0,
}
ASKING = flow_of(
    [
        ("start", {}),
        ("whatsapp_flow", FORM),
        ("message", {"text": "Obrigado, {{email}} {{cadastro.nome}}"}),
        ("end", {}),
    ]
)


def fill_in(house, answers, number=0):
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(answers)}
    said = message(
        "interactive", {"type": "nfm_reply", "nfm_reply": reply}, id=f"wamid.form.{number}", timestamp=seconds()
    )
    house.say(said)
    runner.run_due()
    return sent()


def test_a_form_is_sent_and_what_was_filled_in_is_kept(bot, talk, house):
    bot(ASKING)
    talk("Oi")
    payload = Message.objects.get(direction="out").payload
    assert (payload["send"], payload["screen"], list(payload["data"])) == ("flow", "WELCOME", ["cidade"])
    answers = {"flow_token": payload["token"], "nome": "Ana", "dados": {"email": "a@b.co"}}
    assert fill_in(house, answers)[-1] == "Obrigado, a@b.co Ana"
    assert "flow_token" not in str(Session.objects.get().state["variables"])


@pytest.mark.parametrize("answers", [{"flow_token": "old", "nome": "Ana"}, [], "x"])
def test_an_old_form_or_no_form_goes_the_fallback_way(bot, talk, house, answers):
    bot(ASKING, fallback_text="Um momento")
    talk("Oi")
    assert fill_in(house, answers)[-1] == "Um momento"
    assert only_conversation().state == State.QUEUED


def test_who_takes_over_is_said_before_and_the_flow_goes_on(bot, talk, house):
    other = QueueFactory(organization=house.organization)
    fields = {"what": "assign", "queue": str(other.pk)}
    bot(flow_of([("start", {}), ("action", fields), ("message", {"text": "Ainda aqui"}), ("handoff", {"queue": ""})]))
    assert talk("Oi") == ["Ainda aqui"]
    assert only_conversation().queue == other


def test_an_action_closes_the_conversation_and_ends_the_flow(bot, talk, house):
    bot(flow_of([("start", {}), ("message", {"text": "Tchau"}), ("action", {"what": "close"})]))
    assert talk("Oi") == ["Tchau"]
    assert (only_conversation().state, Session.objects.get().status) == (State.CLOSED, "closed")
