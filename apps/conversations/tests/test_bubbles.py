"""What every bubble shares is rendered once, and still names its own message and the reader's language."""

import pytest

from django.template.loader import render_to_string
from django.utils.translation import override

from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Message
from apps.conversations.templatetags.inbox import bubble_actions, tapped_card


def bubble(**facts):
    chat = Conversation(contact=Contact(name="Ana"))
    message = Message(**{"conversation": chat, "direction": "in", "text": "Oi *Ana*", **facts})
    return message, render_to_string("conversations/_bubble.html", {"message": message, "slug": "loja", "can": {}})


def test_each_bubble_reacts_to_its_own_message_in_the_readers_language():
    one, other = Message(direction="in"), Message(direction="in")
    with override("en"):
        html = bubble_actions(one, "loja")
    assert f"/{one.pk}/" in html
    assert f'hx-target="#m-{one.client_id}"' in html
    assert str(other.pk) in bubble_actions(other, "loja")
    assert "Reply to this message" in html
    with override("pt-br"):
        assert "Reply to this message" not in bubble_actions(one, "loja")
    assert "reactor" not in bubble_actions(Message(direction="out"), "loja")
    assert "/o/feira/" in bubble_actions(one, "feira")


def test_plain_words_and_what_is_more_than_words():
    message, html = bubble()
    assert message.is_plain
    assert '<div class="bubble-text">Oi <strong>Ana</strong></div>' in html
    more = {"kind": "interactive", "direction": "out", "payload": {"footer": "Até sábado"}}
    message, html = bubble(**more)
    assert not message.is_plain
    assert "Até sábado" in html
    assert "<script>" not in bubble(text="<script>")[1]


@pytest.mark.parametrize(
    ("payload", "card"),
    [("2: Quero", 2), ("Quero", None), ("2: Outro", None), ("123: Quero", None), ("", None)],
)
def test_which_card_was_tapped(payload, card):
    assert tapped_card(Message(text="Quero", payload={"payload": payload})) == card
