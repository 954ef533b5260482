"""What dialogs put together: WhatsApp's limits on the field, what was typed is kept, hostile input harms nobody."""

from uuid import uuid4

import pytest

from apps.conversations.composing.fields import read_point
from apps.conversations.composing.interactive import FORMS
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.providers.limits import validate

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
GOOD = {
    "buttons": {"body": "Como prefere receber?", "button_0": "Retirar", "button_1": "Entrega", "footer": "Loja Aurora"},
    "list": {"body": "Assunto?", "button": "Ver", "row_0": "Troca", "about_0": "Em 30 dias", "row_1": "Outro"},
    "link": {"body": "Acompanhe", "label": "Rastrear", "url": "aurora.example/p/88", "header": "Pedido 88"},
    "place": {"point": "-23.5614, -46.6559", "name": "Loja Paulista", "address": "Av. Paulista, 1000"},
    "card": {"name": "Ana Oficina", "phone": "(11) 98888-1234", "company": "Oficina"},
    "ask-place": {"body": "Onde você está?"},
}
WRONG = [
    ("buttons", {"button_0": ""}, "button_0"),
    ("buttons", {"button_1": "Retirar"}, "button_1"),
    ("buttons", {"button_0": "x" * 21}, "button_0"),
    ("buttons", {"body": "x" * 1025}, "body"),
    ("buttons", {"header": "x" * 61}, "header"),
    ("list", {"button": "x" * 21}, "button"),
    ("list", {"row_0": "", "row_1": ""}, "row_0"),
    ("list", {"about_4": "sem nome"}, "row_4"),
    ("list", {"section_1": "Segunda"}, "section_0"),
    ("list", {"row_0": "x" * 25}, "row_0"),
    ("link", {"url": "javascript:alert(1)"}, "url"),
    ("link", {"url": "ftp://aurora.example"}, "url"),
    ("link", {"label": ""}, "label"),
    ("place", {"point": "na esquina"}, "point"),
    ("place", {"point": "-123.5, 10"}, "point"),
    ("card", {"phone": "12"}, "phone"),
    ("card", {"email": "ana@"}, "email"),
    ("ask-place", {"body": " "}, "body"),
]


def post(house, kind, data, *, role="agent", chat=None, name="compose"):
    chat = chat or house.chat()
    url = house.url(f"conversations:{name}", conversation_id=chat.pk, kind=kind)
    return house.client(role).post(url, {"client_id": uuid4(), **data}, headers=FRAGMENT)


def sent():
    return Message.objects.filter(direction="out")


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_put_together_leaves_through_the_door_once(house, kind):
    chat, data = house.chat(), {**GOOD[kind], "client_id": uuid4()}
    answers = [post(house, kind, data, chat=chat) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0]["HX-Trigger-After-Settle"] == "modal:close"
    row = sent().get()
    assert f"m-{row.client_id}" in answers[0].content.decode()
    assert row.payload["send"] == FORMS[kind].kind.value
    validate(SendKind(row.payload["send"]), {**row.payload, "body": row.text})


@pytest.mark.parametrize(("kind", "change", "field"), WRONG)
def test_what_whatsapp_would_refuse_is_said_on_its_field_and_what_was_typed_stays(house, kind, change, field):
    answer = post(house, kind, {**GOOD[kind], **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="compose-{field}_error"' in page
    kept = next((value for name, value in GOOD[kind].items() if name not in change), "")
    assert kept in page
    assert not sent().exists()


def test_a_heading_begins_a_section(house):
    post(house, "list", {**GOOD["list"], "section_0": "Compras", "section_1": "Mais", "row_2": "Loja"})
    sections = sent().get().payload["sections"]
    assert [(each["title"], len(each["rows"])) for each in sections] == [("Compras", 1), ("Mais", 2)]


def test_a_card_has_what_whatsapp_needs(house):
    post(house, "card", GOOD["card"])
    (card,) = sent().get().payload["contacts"]
    assert card["name"] == {"formatted_name": "Ana Oficina", "first_name": "Ana"}
    assert card["phones"] == [{"phone": "+55 11 98888-1234", "type": "CELL", "wa_id": "5511988881234"}]


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("-23.5614, -46.6559", (-23.5614, -46.6559)),
        ("-23,5614; -46,6559", (-23.5614, -46.6559)),
        ("https://www.google.com/maps/place/X/@-23.1,-46.1,17z/data=!3d-23.56!4d-46.65", (-23.56, -46.65)),
        ("https://maps.google.com/?q=-23.56,-46.65", (-23.56, -46.65)),
        ("https://www.openstreetmap.org/?mlat=-23.56&mlon=-46.65#map=16", (-23.56, -46.65)),
    ],
)
def test_a_place_is_read_from_what_maps_give(text, point):
    assert read_point(text) == point


@pytest.mark.parametrize("kind", FORMS)
def test_half_typed_and_hostile_words_have_a_preview_and_never_run(house, kind):
    hostile = {name: "<script>alert(1)</script>\x00\ud83d" + "x" * 50 for name in GOOD[kind]}
    hostile = {name: value.encode("utf-8", "replace").decode() for name, value in hostile.items()}
    for data in ({}, hostile, {"client_id": "no id", "body": "y" * 9000}):
        answer = post(house, kind, data, name="compose-preview")
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()
    assert not sent().exists()


@pytest.mark.parametrize("role", ["owner", "admin", "supervisor", "agent", "viewer", "outsider"])
def test_who_may_put_messages_together(house, role):
    chat = house.chat()
    url = house.url("conversations:compose", conversation_id=chat.pk, kind="buttons")
    opened = house.client(role).get(url, headers=FRAGMENT).status_code
    answer = post(house, "buttons", GOOD["buttons"], role=role, chat=chat).status_code
    wanted = {"viewer": 403, "outsider": 404}.get(role, 200)
    assert (opened, answer) == (wanted, wanted)
    assert sent().exists() == (wanted == 200)


def test_who_does_not_hold_the_conversation_is_told_by_a_toast(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(assignee=None, state="queued")
    answer = post(house, "buttons", GOOD["buttons"], chat=chat)
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    assert not sent().exists()


def test_after_the_window_the_form_says_so_and_keeps_what_was_typed(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(window_expires_at=now())
    answer = post(house, "buttons", GOOD["buttons"], chat=chat)
    assert answer.status_code == 422
    assert "24" in answer.content.decode()
    assert "Como prefere receber?" in answer.content.decode()
    assert not sent().exists()


def test_an_unknown_kind_is_not_there(house):
    assert post(house, "carousel", {}).status_code == 404


def test_without_javascript_forms_are_pages_and_the_answer_is_the_thread(house):
    chat = house.chat()
    url = house.url("conversations:compose", conversation_id=chat.pk, kind="buttons")
    page = house.client().get(url)
    assert b"<!DOCTYPE html>" in page.content
    answer = house.client().post(url, GOOD["buttons"])
    assert answer.status_code == 302
    assert str(chat.pk) in answer.url


def test_words_are_shown_as_the_customer_reads_them(house):
    url = house.url("conversations:format", conversation_id=house.chat().pk)
    shown = house.client().post(url, {"text": "*oi* <b>_tudo_</b>"}, headers=FRAGMENT).content.decode()
    assert "<strong>oi</strong>" in shown
    assert "<b>" not in shown
    assert house.client("viewer").post(url, {"text": "x"}, headers=FRAGMENT).status_code == 403


def test_a_line_break_counts_once(house):
    chat = house.chat()
    url = house.url("conversations:send", conversation_id=chat.pk)
    text = "a\r\n" * 2048
    answer = house.client().post(url, {"text": text, "client_id": uuid4()}, headers=FRAGMENT)
    assert answer.status_code == 200
    assert "\r" not in sent().get().text
