"""What other systems tell: payments and events, who may, and what telling it twice changes."""

import json
from datetime import timedelta

import pytest

from django.test import Client

from apps.chatbots import runner
from apps.chatbots.hooks import signing
from apps.chatbots.models import Charge, HookEvent, Session
from apps.chatbots.tests.conftest import sent
from apps.chatbots.tests.flows import flow_of
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.whatsapp.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
PIX = {"text": "Pague", "key": "a@b.co", "name": "Loja", "city": "Recife", "amount": "10,50", "minutes": 5}
CHARGING = flow_of(
    [("start", {}), ("pix", PIX), ("message", {"text": "Pago!"}), ("message", {"text": "Venceu"}), ("end", {})],
    [("n1", "next", "n2"), ("n2", "paid", "n3"), ("n2", "timeout", "n4"), ("n3", "next", "n5"), ("n4", "next", "n5")],
)
HELLO = flow_of([("start", {}), ("message", {"text": "Oi {{name}}, faltou {{cart.item}}"}), ("end", {})])


@pytest.fixture
def call(house):
    """`call("payments", {...})` signed with the company's key; gives (status, body)."""
    secret = signing.renew()

    def post(name, body, *, key=secret, stamp=None, slug=None, header=None):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        header = header or signing.header(key, stamp or int(now().timestamp()), raw)
        path = f"/hooks/{slug or house.organization.slug}/{name}/"
        answer = Client().post(path, raw, "application/json", headers={signing.HEADER: header})
        runner.run_due()
        return answer.status_code, answer.json()

    post.key = secret
    return post


def test_a_payment_goes_on_once_however_often_it_is_told(bot, talk, call):
    bot(CHARGING)
    talk("Oi")
    charge = Charge.objects.get()
    assert charge.cents == 1050
    paid = {"reference": charge.reference, "amount": "10.50"}
    assert call("payments", paid) == (200, {"payments": [{"reference": charge.reference, "result": "paid"}]})
    assert call("payments", paid)[1]["payments"][0]["result"] == "known"
    pix = {"pix": [{"txid": charge.reference, "valor": "10.50", "endToEndId": "E1"}]}
    assert call("payments", pix)[0] == 200
    assert sent().count("Pago!") == 1
    assert Session.objects.get().status == "ended"


def test_a_wrong_amount_and_a_late_payment_are_told_to_people_and_nothing_goes_on(bot, talk, call):
    bot(CHARGING)
    talk("Oi")
    charge = Charge.objects.get()
    for _again in range(2):
        assert call("payments", {"reference": charge.reference, "cents": 1})[0] == 409
    assert (Session.objects.get().status, Message.objects.filter(direction="note").count()) == ("waiting", 1)
    state = Session.objects.get().state
    state["waiting"][2] = (now() - timedelta(seconds=1)).isoformat()
    Session.objects.update(state=state, due_at=now())
    runner.run_due()
    assert sent()[-1] == "Venceu"
    assert call("payments", {"reference": charge.reference, "amount": 10.5})[0] == 200
    assert "R$ 10,50" in Message.objects.filter(direction="note").order_by("-pk")[0].text
    assert call("payments", {"reference": "unknown", "amount": 1})[0] == 404


@pytest.mark.parametrize(
    "body", [{}, {"reference": "a b", "amount": 1}, {"reference": "x", "amount": "1.005"}, [], b"{"]
)
def test_what_is_no_payment_is_refused_with_a_sentence(call, body):
    status, told = call("payments", body)
    assert (status, bool(told["message"])) == (422, True)


def test_meta_tells_of_a_payment_too(bot, talk, house):
    bot(CHARGING)
    talk("Oi")
    charge = Charge.objects.get()
    payment = {"reference_id": charge.reference, "amount": {"value": 1050, "offset": 100}, "currency": "BRL"}
    status = {"id": "wamid.x", "type": "payment", "status": "captured", "timestamp": "1700000000", "payment": payment}
    house.hear(status)
    house.hear(status)
    runner.run_due()
    assert sent().count("Pago!") == 1


def test_nobody_gets_in_without_the_key_or_with_an_old_signature(call, house):
    body = {"reference": "x", "amount": 1}
    assert call("payments", body)[0] == 404  # known, but no such charge
    for wrong in (
        {"key": "guess"},
        {"stamp": int(now().timestamp()) - 301},
        {"slug": "nobody"},
        {"header": "t=1,v1=x"},
    ):
        assert call("payments", body, **wrong) == (403, call("payments", body, key="other")[1])
    before = call.key
    signing.renew()
    assert call("payments", body, key=before)[0] == 403


def test_a_large_body_is_not_read(call):
    assert call("events", b"x" * 3_000_000)[0] == 413


def test_an_event_begins_its_flow_with_a_new_customer_only_by_template(bot, call, house):
    bot(HELLO, "event", "cart.left")
    asked = {"event": "cart.left", "phone": "+55 11 98888-7777", "data": {"name": "Ana", "cart": {"item": "caneca"}}}
    status, told = call("events", asked)
    assert (status, told["error"]) == (409, "window")
    assert not Session.objects.exists()


def test_an_event_begins_with_a_template_outside_of_the_window(bot, call, house, monkeypatch):
    monkeypatch.setattr("apps.chatbots.validation.problems", lambda graph: [])
    template = TemplateFactory(organization=house.organization, account=house.number.account)
    fields = {"template": f"{template.name}|{template.language}", "values": []}
    bot(flow_of([("start", {}), ("set_variable", {"variable": "x"}), ("template", fields), ("end", {})]), "event", "a")
    status, told = call("events", {"event": "a", "phone": "11988887777"})
    assert status == 202, told
    assert Message.objects.get(direction="out").kind == "template"
    assert Conversation.objects.get().contact.phone == "5511988887777"


def test_an_event_told_twice_begins_once_and_brings_its_data(bot, call, house, talk):
    bot(HELLO, "event", "cart.left")
    phone = house.text("Oi", timestamp=str(int(now().timestamp()))).contact.phone
    asked = {
        "event": "cart.left",
        "phone": phone,
        "id": "c1",
        "data": {"name": "Ana", "cart": {"item": "caneca"}, "1": 2},
    }
    assert call("events", asked)[1]["error"] == "busy"
    Conversation.objects.update(state="closed", closed_at=now())
    assert call("events", asked)[0] == 202
    assert call("events", {**asked, "data": {}})[1]["repeated"] is True
    assert sent() == ["Oi Ana, faltou caneca"]
    assert (Session.objects.count(), HookEvent.objects.count()) == (1, 1)
    assert call("events", {**asked, "event": "other", "id": "c2"})[0] == 404


@pytest.mark.parametrize(
    "body", [{}, {"event": "a"}, {"event": "a", "phone": "x"}, {"event": "a", "phone": "11988887777", "data": 3}]
)
def test_what_is_no_event_is_refused_with_a_sentence(call, body):
    status, told = call("events", body)
    assert (status, bool(told["message"])) == (422, True)
