"""What customers write becomes contacts, conversations and lines; repetitions and disorder change nothing."""

import random
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from django.db import connection

from apps.contacts.models import Contact
from apps.conversations.ingest import storing
from apps.conversations.models import Conversation, Direction, MediaState, Message, MessageKind, State
from apps.core.clock import now
from apps.whatsapp.tests.journal_helpers import drain_all, handle, journal
from apps.whatsapp.tests.samples import BSUID, PHONE, WAMID, body, message, messages_value

pytestmark = pytest.mark.django_db
MEDIA = {"id": "915", "mime_type": "image/jpeg", "sha256": "abc="}
KINDS = {
    "text": ({"body": "Olá"}, MessageKind.TEXT),
    "image": ({**MEDIA, "caption": "foto"}, MessageKind.IMAGE),
    "video": (MEDIA, MessageKind.VIDEO),
    "audio": ({**MEDIA, "voice": True}, MessageKind.AUDIO),
    "document": ({**MEDIA, "filename": "nota.pdf"}, MessageKind.DOCUMENT),
    "sticker": (MEDIA, MessageKind.STICKER),
    "location": ({"latitude": -23.5, "longitude": -46.6, "name": "Loja"}, MessageKind.LOCATION),
    "contacts": ([{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+5511"}]}], MessageKind.CONTACTS),
    "button": ({"text": "Sim", "payload": "yes"}, MessageKind.BUTTON),
    "interactive": ({"type": "button_reply", "button_reply": {"id": "1", "title": "Sim"}}, MessageKind.INTERACTIVE),
    "order": ({"catalog_id": "1", "product_items": []}, MessageKind.ORDER),
    "unsupported": (None, MessageKind.UNSUPPORTED),
    "a_kind_of_next_year": ({"x": 1}, MessageKind.UNSUPPORTED),
}


@pytest.mark.parametrize(("kind", "value", "stored"), [(k, *v) for k, v in KINDS.items()], ids=KINDS)
def test_every_kind_becomes_a_line_of_the_customers_conversation(house, kind, value, stored):
    house.say(message(kind, value))
    row = Message.objects.get(wamid=WAMID)
    assert (row.kind, row.direction, row.conversation.number) == (stored, Direction.IN, house.number)
    assert row.contact.profile_name == "Maria da Silva"
    is_media = kind in ("image", "video", "audio", "document", "sticker")
    assert row.media_state == (MediaState.PENDING if is_media else MediaState.NONE)


def test_a_first_message_opens_a_waiting_conversation_with_window_preview_and_unread(house):
    row = house.text("Quanto custa o frete?", timestamp=str(int(now().timestamp())))
    conversation = row.conversation
    conversation.refresh_from_db()
    assert (conversation.state, conversation.queue, conversation.unread_count) == (State.QUEUED, house.queue, 1)
    assert (conversation.last_preview, conversation.last_direction) == ("Quanto custa o frete?", "in")
    assert conversation.last_message_id == row.pk
    assert conversation.window_expires_at == row.occurred_at + timedelta(hours=24)
    assert conversation.is_window_open


def test_more_messages_add_up_and_an_older_one_never_takes_the_preview_back(house):
    house.text("segunda", timestamp="1769000100")
    row = house.text("primeira", timestamp="1769000000")
    conversation = Conversation.objects.get()
    assert (conversation.unread_count, conversation.last_preview) == (2, "segunda")
    assert conversation.window_expires_at == datetime.fromtimestamp(1769000100, UTC) + timedelta(hours=24)
    assert row.conversation == conversation


def test_a_clock_in_the_future_does_not_stretch_the_window(house):
    house.text(timestamp=str(int((now() + timedelta(days=3)).timestamp())))
    assert Conversation.objects.get().window_expires_at < now() + timedelta(hours=24, minutes=1)


PEOPLE, LINES = [f"551198888{n:04d}" for n in range(8)], 40


def three_times_and_shuffled() -> list[bytes]:
    """Each line in three spellings: the journal's own digest must not be what saves us."""
    bodies = []
    for at, phone in enumerate(PEOPLE * (LINES // len(PEOPLE))):
        contact = {"profile": {"name": phone}, "wa_id": phone}
        said = {**message("text", {"body": f"{at}"}, id=f"wamid.{at}", timestamp=str(1769000000 + at)), "from": phone}
        said.pop("from_user_id")
        bodies.append(body(messages_value(said, contacts=[contact])))
    again = [raw + b" " * n for n in (1, 2, 3) for raw in bodies]
    random.Random(7).shuffle(again)
    return again


def test_three_times_and_shuffled_is_the_same_as_once(house):
    handle(*three_times_and_shuffled())
    assert sorted(int(row.text) for row in Message.objects.filter(direction="in")) == list(range(LINES))
    assert Contact.objects.count() == len(PEOPLE)
    conversations = Conversation.objects.all()
    assert [row.unread_count for row in conversations] == [5] * len(PEOPLE)
    last = {row.contact.phone: row.last_preview for row in conversations.select_related("contact")}
    assert last == {phone: str(32 + at) for at, phone in enumerate(PEOPLE)}


def test_negative_control_without_both_guards_each_line_is_there_three_times(house, monkeypatch):
    """What is stored is asked for first; what that overlooks, the index refuses."""
    lines = Message.objects.filter(direction="in")
    monkeypatch.setattr(storing, "drop_known", lambda items: items)
    handle(*three_times_and_shuffled()[:LINES])
    alone = lines.count()
    assert alone == lines.values("wamid").distinct().count() < LINES
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX message_wamid_once")
    handle(*[raw + b"    " for raw in three_times_and_shuffled()])
    assert lines.count() == alone + 3 * LINES


def test_a_repetition_inside_one_delivery_is_stored_once(house):
    said = message("text", {"body": "eco"})
    house.say(said, said)
    assert Message.objects.filter(wamid=WAMID).count() == 1
    assert Conversation.objects.get().unread_count == 1


def test_a_reply_quotes_what_it_answers_even_inside_one_delivery(house):
    first = message("text", {"body": "pergunta"}, id="wamid.a", timestamp="1769000000")
    reply = message("text", {"body": "resposta"}, id="wamid.b", timestamp="1769000001", context={"id": "wamid.a"})
    house.say(first, reply)
    assert Message.objects.get(wamid="wamid.b").reply_to == Message.objects.get(wamid="wamid.a")


def test_after_closing_the_next_message_begins_a_new_conversation_with_the_old_lines_in_sight(house):
    old = house.text("antes").conversation
    Conversation.objects.filter(pk=old.pk).update(state=State.CLOSED, closed_at=now())
    new = house.text("depois").conversation
    assert new != old
    assert new.contact == old.contact


def test_a_snoozed_conversation_wakes_up(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(state=State.SNOOZED)
    house.text("voltei")
    chat.refresh_from_db()
    assert (chat.state, chat.assignee) == (State.OPEN, house.agent)


def test_two_numbers_are_two_conversations(house):
    from apps.whatsapp.tests.factories import NumberFactory

    NumberFactory(organization=house.organization, account=house.number.account, phone_number_id="77")
    house.text("aqui")
    house.say(
        message("text", {"body": "ali"}, id="wamid.other"),
        metadata={"phone_number_id": "77", "display_phone_number": "1"},
    )
    assert Contact.objects.count() == 1
    assert Conversation.objects.count() == 2


def test_a_number_change_keeps_the_person(house):
    house.text("número velho")
    change = {"body": "mudou", "wa_id": "5511977776666", "type": "user_changed_number"}
    house.say(message("system", change, id="wamid.system"))
    contact = Contact.objects.get()
    assert contact.phone == "5511977776666"
    new = {**message("text", {"body": "número novo"}, id="wamid.new"), "from": "5511977776666"}
    house.say(new, contacts=[{"profile": {"name": "Maria"}, "wa_id": "5511977776666", "user_id": BSUID}])
    assert {row.contact for row in Message.objects.all()} == {contact}


def test_a_group_chat_is_not_ours_to_answer(house):
    house.say(message("text", {"body": "grupo"}, group_id="G1"))
    assert Message.objects.count() == 0


def test_the_phone_of_a_stored_contact_is_known(house):
    house.text()
    assert Contact.objects.get().phone == PHONE


def test_each_push_names_the_delivery_that_brought_it(house, monkeypatch, django_capture_on_commit_callbacks):
    published = []
    monkeypatch.setattr("apps.core.realtime.publish._publish", lambda _organization, lines: published.extend(lines))
    for at in range(2):
        value = messages_value(message("text", {"body": f"Oi {at}"}, id=f"wamid.follow.{at}"))
        journal(body(value), correlation_id=f"delivery-{at}")
    with django_capture_on_commit_callbacks(execute=True):
        drain_all()
    told = [orjson.loads(b"{" + line) for line in published]
    brought = {line["ids"]["message"]: line["correlation_id"] for line in told if line["kind"] == "message"}
    rows = {row.text: str(row.pk) for row in Message.objects.filter(direction=Direction.IN)}
    assert [brought[rows["Oi 0"]], brought[rows["Oi 1"]]] == ["delivery-0", "delivery-1"]
    assert next(line for line in told if line["kind"] == "row")["correlation_id"] == "delivery-1"
