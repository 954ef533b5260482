"""What the business wrote on its own phone, history from before, advertisements: stored beside what customers write."""

import pytest

from apps.conversations.models import Conversation, Direction, Message, State, Status
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import BUSINESS_PHONE, METADATA, PHONE, body, message

pytestmark = pytest.mark.django_db


def echo(words, **extra):
    raw = message("text", {"body": words}, id=f"wamid.{words.replace(chr(32), chr(45))}", **extra) | {
        "from": BUSINESS_PHONE,
        "to": PHONE,
    }
    return {key: value for key, value in raw.items() if key != "from_user_id"}


def test_an_echo_is_a_sent_line_of_an_open_conversation_that_is_not_unread(house):
    handle(body({"metadata": METADATA, "message_echoes": [echo("do celular")]}, "smb_message_echoes"))
    row = Message.objects.select_related("conversation").get()
    assert (row.direction, row.status, row.contact.phone) == (Direction.OUT, Status.SENT, PHONE)
    assert (row.conversation.state, row.conversation.unread_count) == (State.OPEN, 0)
    assert row.conversation.window_expires_at is None


def test_an_echo_joins_the_conversation_that_is_there(house):
    chat = house.chat()
    handle(body({"metadata": METADATA, "message_echoes": [echo("do celular")]}, "smb_message_echoes"))
    assert Message.objects.get(text="do celular").conversation == chat


def test_history_fills_a_closed_conversation_and_opens_nothing(house):
    thread = {"id": PHONE, "messages": [message("text", {"body": "antiga"}, id="wamid.h1"), echo("resposta antiga")]}
    handle(body({"metadata": METADATA, "history": [{"threads": [thread]}]}, "history"))
    assert {row.direction for row in Message.objects.all()} == {Direction.IN, Direction.OUT}
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.unread_count, conversation.window_expires_at) == ("closed", 0, None)


def test_history_beside_a_live_conversation_leaves_its_place_alone(house):
    chat = house.chat()
    thread = {"id": PHONE, "messages": [message("text", {"body": "antiga"}, id="wamid.h1", timestamp="1700000000")]}
    handle(body({"metadata": METADATA, "history": [{"threads": [thread]}]}, "history"))
    chat.refresh_from_db()
    assert (chat.unread_count, chat.last_preview) == (1, "Olá")


def test_where_it_came_from_and_what_it_forwards_are_kept(house):
    referral = {"source_url": "https://fb.me/x", "source_id": "ad1", "source_type": "ad", "headline": "Promoção"}
    row = house.text("vi o anúncio", referral=referral, context={"forwarded": True, "id": "wamid.unknown"})
    assert row.payload["referral"]["headline"] == "Promoção"
    assert (row.payload["context"]["forwarded"], row.reply_to) == (True, None)


def test_an_edit_older_than_the_one_shown_and_a_foreign_deletion_change_nothing(house):
    row = house.text("primeira", timestamp="1769000000")

    def edit(words, at):
        value = {"original_message_id": row.wamid, "message": {"type": "text", "text": {"body": words}}}
        house.say(message("edit", value, id=f"wamid.e{at}", timestamp=str(at)))

    edit("terceira", 1769000020)
    edit("segunda", 1769000010)
    gone = echo("", type="revoke", revoke={"original_message_id": row.wamid}, timestamp="1769000030")
    handle(body({"metadata": METADATA, "message_echoes": [gone | {"id": "wamid.x"}]}, "smb_message_echoes"))
    row.refresh_from_db()
    assert (row.text, row.revoked_at) == ("terceira", None)
