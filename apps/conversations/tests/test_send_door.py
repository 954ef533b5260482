"""The outbound door: everything that may refuse a message, each with a sentence; nothing typed twice is sent twice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from django.utils import translation

from apps.contacts.models import Contact
from apps.conversations import sending
from apps.conversations.models import Conversation, Message, Status
from apps.conversations.sending import Draft, NotSent, door
from apps.core.clock import now
from apps.media.services import store_bytes
from apps.media.tests.samples import picture
from apps.whatsapp.models import Number
from apps.whatsapp.providers.base import SendKind

pytestmark = pytest.mark.django_db


def close_window(house, chat):
    Conversation.objects.filter(pk=chat.pk).update(window_expires_at=now() - timedelta(seconds=1))


def close_chat(house, chat):
    Conversation.objects.filter(pk=chat.pk).update(state="closed", closed_at=now())


def block(house, chat):
    Contact.objects.filter(pk=chat.contact_id).update(blocked_at=now())


def disconnect(house, chat):
    Number.objects.filter(pk=house.number.pk).update(is_active=False)


def pause(house, chat):
    Number.objects.filter(pk=house.number.pk).update(paused_until=now() + timedelta(minutes=5), pause_reason="token")


REFUSALS = {
    "window": (close_window, "Mais de 24 horas se passaram"),
    "closed": (close_chat, "conversa"),
    "blocked": (block, "bloquead"),
    "number": (disconnect, "número"),
}


@pytest.mark.parametrize(("code", "break_it", "sentence"), [(k, *v) for k, v in REFUSALS.items()], ids=REFUSALS)
def test_what_may_not_be_sent_is_refused_and_leaves_no_row(house, code, break_it, sentence):
    chat = house.chat()
    assert house.send(chat).status == Status.QUEUED, "negative control: it goes before that"
    break_it(house, chat)
    with pytest.raises(NotSent) as refused:
        house.send(chat, "depois")
    assert refused.value.code == code
    assert Message.objects.filter(direction="out").count() == 1


def test_the_systems_drafts_are_stored_in_their_order_and_once(house):
    chat = house.chat()
    drafts = [(chat, Draft(uuid4(), text=words)) for words in ("primeiro", "segundo")]
    for again in ([], drafts, drafts):
        door.send_all(again)
    assert list(Message.objects.filter(direction="out").order_by("id").values_list("text", flat=True)) == [
        "primeiro",
        "segundo",
    ]


def test_one_draft_that_may_not_go_stores_none_of_them(house):
    chat = house.chat()
    with pytest.raises(NotSent):
        door.send_all([(chat, Draft(uuid4(), text="primeiro")), (chat, Draft(uuid4()))])
    assert not Message.objects.filter(direction="out").exists()


def test_a_file_that_whatsapp_does_not_take_is_refused_in_words(house, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    chat, stored = house.chat(), store_bytes(picture(), name="foto.jpg", declared_mime="image/jpeg")
    assert house.send(chat, kind=SendKind.IMAGE, media=stored).media == stored, "negative control: it goes as a picture"
    stored.mime = "image/tiff"
    with pytest.raises(NotSent) as refused:
        house.send(chat, kind=SendKind.IMAGE, media=stored)
    assert (refused.value.code, bool(refused.value.messages[0])) == ("content", True)


def test_an_answer_quotes_a_line_of_the_same_customer_only(house):
    line = house.text("Quanto custa?", timestamp=str(int(now().timestamp())))
    other = Contact.objects.create(phone="5511911112222")
    foreign = Message.objects.create(
        conversation=Conversation.objects.create(contact=other, number=house.number),
        contact=other,
        number=house.number,
        direction="in",
    )
    assert house.send(line.conversation, reply_to_id=line.pk).reply_to == line
    assert house.send(line.conversation, reply_to_id=foreign.pk).reply_to is None


def test_a_paused_number_says_why(house):
    chat = house.chat()
    pause(house, chat)
    with pytest.raises(NotSent, match="token"):
        house.send(chat)


def test_a_viewer_can_not_answer_even_past_the_page(house):
    chat = house.chat()
    with pytest.raises(NotSent) as refused:
        sending.send(chat.pk, Draft(uuid4(), text="x"), author=house.members["viewer"])
    assert refused.value.code == "permission"
    assert sending.send(chat.pk, Draft(uuid4(), text="x"), author=None).author is None


def test_a_template_passes_after_the_window(house):
    chat = house.chat()
    close_window(house, chat)
    content = {"name": "ola", "language": "pt_BR"}
    assert house.send(chat, "", kind=SendKind.TEMPLATE, content=content).status == Status.QUEUED


@pytest.mark.parametrize(
    ("draft", "word"),
    [
        ({"words": ""}, ".+"),
        ({"words": "x" * 4097}, "4"),
        ({"words": "", "kind": SendKind.IMAGE}, "file"),
        ({"words": "Escolha", "kind": SendKind.BUTTONS, "content": {"buttons": []}}, ".+"),
    ],
    ids=["empty", "too long", "no file", "no buttons"],
)
def test_content_that_whatsapp_would_refuse_never_becomes_a_row(house, draft, word):
    chat = house.chat()
    with pytest.raises(NotSent, match=word) as refused:
        house.send(chat, **draft)
    assert refused.value.code == "content"
    assert not Message.objects.filter(direction="out").exists()


def test_the_same_client_id_stores_one_message_even_after_the_window(house):
    chat, key = house.chat(), uuid4()
    first = house.send(chat, "uma vez", client_id=key)
    close_window(house, chat)
    assert house.send(chat, "uma vez", client_id=key) == first
    assert Message.objects.filter(direction="out").count() == 1


def test_the_conversation_moves_up_with_its_preview(house):
    chat = house.chat()
    row = house.send(chat, "Olá *Ana*")
    chat.refresh_from_db()
    assert (chat.last_message_id, chat.last_direction, chat.last_status) == (row.pk, "out", "queued")
    assert chat.first_answered_at is not None
    first = chat.first_answered_at
    house.send(chat, "mais")
    chat.refresh_from_db()
    assert chat.first_answered_at == first


def test_a_reaction_is_no_line_of_its_own(house):
    chat = house.chat()
    asked = Message.objects.get(direction="in")
    row = house.send(chat, "", kind=SendKind.REACTION, content={"wamid": asked.wamid, "emoji": "👍"})
    chat.refresh_from_db()
    assert row.target_wamid == asked.wamid
    assert chat.last_message_id == asked.pk


def test_hostile_text_is_cleaned(house):
    assert house.send(house.chat(), "a\x00b\ud800c").text.replace("\ufffd", "") in ("abc", "ab c")


@pytest.mark.parametrize("status", [Status.FAILED, Status.HELD])
def test_a_person_may_send_again_what_did_not_arrive(house, status):
    row = house.send(house.chat())
    Message.objects.filter(pk=row.pk).update(status=status, error_code=131000, attempts=3, callback_id=uuid4())
    again = sending.resend(row.pk, author=house.agent)
    assert (again.pk, again.status, again.attempts, again.error_code) == (row.pk, Status.QUEUED, 0, None)
    assert again.callback_id is None


@pytest.mark.parametrize(
    "status", [Status.QUEUED, Status.SENDING, Status.UNKNOWN, Status.SENT, Status.DELIVERED, Status.READ]
)
def test_what_is_under_way_or_arrived_is_not_sent_again(house, status):
    row = house.send(house.chat())
    Message.objects.filter(pk=row.pk).update(status=status, wamid="wamid.kept")
    assert sending.resend(row.pk, author=house.agent).status == status
    row.refresh_from_db()
    assert row.wamid == "wamid.kept"


@pytest.mark.parametrize(("code", "break_it"), [(k, v[0]) for k, v in REFUSALS.items()], ids=REFUSALS)
def test_sending_again_passes_the_same_door(house, code, break_it):
    chat = house.chat()
    row = house.send(chat)
    Message.objects.filter(pk=row.pk).update(status=Status.FAILED)
    break_it(house, chat)
    with pytest.raises(NotSent) as refused:
        sending.resend(row.pk, author=house.agent)
    assert refused.value.code == code


def test_the_page_shows_the_sentence_and_keeps_the_text(house):
    chat = house.chat()
    close_window(house, chat)
    url = house.url("conversations:send", conversation_id=chat.pk)
    with translation.override("pt-br"):
        answer = house.client().post(url, {"text": "meu texto", "client_id": uuid4()}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode()
