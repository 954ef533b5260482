"""A conversation's life: notes, closing with an outcome, reopening, unread marks."""

from uuid import uuid4

import pytest

from django.core.exceptions import ValidationError

from apps.conversations import services
from apps.conversations.events import ConversationClosed, ConversationReopened
from apps.conversations.models import Conversation, Message, State
from apps.core import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch):
    told = []
    monkeypatch.setattr(services, "publish", told.append)
    return told


def lines(direction):
    return Message.objects.filter(direction=direction)


def note(house, chat, text="Cliente pede desconto", client_id=None):
    return services.add_note(chat, author=house.agent, text=text, client_id=client_id or uuid4())


def test_a_note_is_stored_once_and_never_leaves_the_company(house):
    chat, client_id = house.chat(), uuid4()
    first, again = note(house, chat, client_id=client_id), note(house, chat, client_id=client_id)
    assert first == again
    assert (first.direction, first.status, first.author) == ("note", "", house.agent)
    assert lines("note").count() == 1


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 4097])
def test_an_empty_or_endless_note_is_refused_in_words(house, text):
    with pytest.raises(ValidationError) as refused:
        note(house, house.chat(), text)
    assert refused.value.messages[0]
    assert not lines("note").exists()


def test_a_note_of_the_full_length_fits_and_is_cleaned(house):
    assert len(note(house, house.chat(), "x" * 4096).text) == 4096
    assert note(house, house.chat(), "a\x00b").text == "a\ufffdb"


def test_closing_says_how_it_ended_and_tells_others(house, published):
    chat = house.chat()
    closed = services.close(chat.pk, actor=house.agent, outcome="resolved")
    assert (closed.state, closed.outcome, closed.unread_count) == (State.CLOSED, "resolved", 0)
    assert closed.closed_at
    assert published == [ConversationClosed(house.organization.pk, chat.pk, "resolved")]
    assert lines("event").last().payload == {"event": "closed", "outcome": "resolved"}


def test_closing_twice_changes_nothing(house, published):
    chat = house.chat()
    services.close(chat.pk, actor=house.agent, outcome="resolved")
    again = services.close(chat.pk, actor=house.members["admin"], outcome="other")
    assert again.outcome == "resolved"
    assert len(published) == 1
    assert lines("event").filter(payload__event="closed").count() == 1


@pytest.mark.parametrize("outcome", ["", "nonsense"])
def test_without_an_outcome_it_stays_open(house, published, outcome):
    chat = house.chat()
    with pytest.raises(ValidationError):
        services.close(chat.pk, actor=house.agent, outcome=outcome)
    chat.refresh_from_db()
    assert (chat.is_live, published) == (True, [])


def test_reopening_gives_it_to_who_asks(house, published):
    chat = house.chat()
    services.close(chat.pk, actor=house.agent, outcome="resolved")
    opened = services.reopen(chat.pk, actor=house.members["supervisor"])
    assert (opened.state, opened.assignee, opened.outcome) == (State.OPEN, house.members["supervisor"], "")
    assert opened.closed_at is None
    assert published[-1] == ConversationReopened(house.organization.pk, chat.pk)


def test_reopening_what_is_open_changes_nothing(house, published):
    chat = house.chat()
    assert services.reopen(chat.pk, actor=house.members["supervisor"]).assignee == house.agent
    assert published == []


def test_reopening_beside_a_newer_one_is_refused(house):
    chat = house.chat()
    services.close(chat.pk, actor=house.agent, outcome="resolved")
    house.text("voltei")
    with pytest.raises(ValidationError):
        services.reopen(chat.pk, actor=house.agent)
    assert Conversation.objects.live().count() == 1


def test_unread_marks_come_and_go_and_move_the_version(house):
    chat = house.chat()
    assert services.mark_read(chat)
    assert not services.mark_read(chat), "nothing was left to read"
    chat.refresh_from_db()
    version = chat.version
    services.mark_unread(chat)
    chat.refresh_from_db()
    assert (chat.unread_count, chat.version) == (1, version + 1)


def test_events_leave_only_when_the_change_is_committed(house, django_capture_on_commit_callbacks, monkeypatch):
    told = []
    monkeypatch.setitem(events._receivers, ConversationClosed, [told.append])
    chat = house.chat()
    with django_capture_on_commit_callbacks() as waiting:
        services.close(chat.pk, actor=house.agent, outcome="other")
    assert told == []
    for callback in waiting:
        callback()
    assert told == [ConversationClosed(house.organization.pk, chat.pk, "other")]
