"""Reactions, edits and deletions: the same result whichever came first, and never by the wrong side."""

from itertools import permutations

import pytest

from apps.conversations.models import Message
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import WAMID, body, message, messages_value

pytestmark = pytest.mark.django_db
TEXT = message("text", {"body": "primeira versão"}, timestamp="1769000000")


def react(emoji, seconds):
    return message("reaction", {"message_id": WAMID, "emoji": emoji}, id=f"wamid.r{seconds}", timestamp=str(seconds))


def edit(words, seconds):
    value = {"original_message_id": WAMID, "message": {"type": "text", "text": {"body": words}}}
    return message("edit", value, id=f"wamid.e{seconds}", timestamp=str(seconds))


def revoke(seconds):
    return message("revoke", {"original_message_id": WAMID}, id=f"wamid.x{seconds}", timestamp=str(seconds))


def shown():
    row = Message.objects.get(wamid=WAMID)
    return row.reactions.get("contact", {}).get("emoji"), row.text, row.revoked_at is not None


@pytest.fixture(params=["together", "one by one"])
def deliver(request):
    """`deliver(items)`: in one batch, or each when the ones before are stored."""

    def hand_over(items):
        bodies = [body(messages_value(item)) for item in items]
        for batch in [bodies] if request.param == "together" else [[each] for each in bodies]:
            handle(*batch)

    return hand_over


ORDERS = list(permutations([TEXT, react("👍", 1769000010), react("❤️", 1769000020)]))


@pytest.mark.parametrize("order", ORDERS, ids=range(len(ORDERS)))
def test_the_latest_reaction_wins_in_any_order(house, deliver, order):
    deliver(order)
    assert shown() == ("❤️", "primeira versão", False)


EDITS = list(permutations([TEXT, edit("segunda", 1769000010), edit("terceira", 1769000020)]))


@pytest.mark.parametrize("order", EDITS, ids=range(len(EDITS)))
def test_the_latest_edit_wins_in_any_order_and_versions_are_kept(house, deliver, order):
    deliver(order)
    row = Message.objects.get(wamid=WAMID)
    assert row.text == "terceira"
    assert "primeira versão" in row.payload["versions"]


@pytest.mark.parametrize("order", list(permutations([TEXT, revoke(1769000010)])), ids=["after", "before"])
def test_a_deletion_is_seen_in_any_order(house, deliver, order):
    deliver(order)
    assert shown()[2]


def test_all_in_one_delivery(house):
    house.say(revoke(1769000030), react("👍", 1769000010), TEXT)
    assert shown() == ("👍", "primeira versão", True)


def test_a_reaction_taken_back_is_empty(house):
    handle(*(body(messages_value(item)) for item in (TEXT, react("👍", 1769000010), react("", 1769000020))))
    assert not shown()[0]


def test_a_customer_can_not_delete_or_edit_what_the_company_wrote(house):
    chat = house.chat()
    sent = house.send(chat, "nosso texto")
    Message.objects.filter(pk=sent.pk).update(wamid=WAMID, status="sent")
    house.say(revoke(1769000010), edit("falso", 1769000011))
    sent.refresh_from_db()
    assert (sent.text, sent.revoked_at) == ("nosso texto", None)


def test_amendments_do_not_count_as_unread_nor_stand_in_the_thread(house):
    handle(*(body(messages_value(item)) for item in (TEXT, react("👍", 1769000010))))
    row = Message.objects.get(wamid=WAMID)
    assert row.conversation.unread_count == 1
    assert list(Message.objects.in_thread().filter(direction="in")) == [row]
