"""Two contacts turn out to be one: nothing they wrote, nobody who answers and no open window is lost on the way."""

from datetime import timedelta

import pytest

from apps.contacts.merging import merge
from apps.contacts.models import Contact, Tag
from apps.conversations.models import Conversation, Handling, Message, State
from apps.core.clock import now
from apps.core.redis import connection
from apps.whatsapp.tests.factories import NumberFactory
from apps.whatsapp.tests.samples import message

pytestmark = pytest.mark.django_db
KEPT, DROPPED = "5511900000001", "5511900000002"


@pytest.fixture
def write(house):
    """`write(phone, words, ago=seconds)`: a customer's message so long ago; gives its conversation."""

    def one(phone, words, *, ago=0, number=None):
        at = now() - timedelta(seconds=ago)
        wamid = f"wamid.{phone}.{words}"
        said = {**message("text", {"body": words}, id=wamid, timestamp=str(int(at.timestamp()))), "from": phone}
        said.pop("from_user_id")
        extra = {"metadata": {"phone_number_id": number, "display_phone_number": "1"}} if number else {}
        house.say(said, contacts=[{"profile": {"name": phone}, "wa_id": phone}], **extra)
        return Message.objects.get(wamid=wamid).conversation

    return one


def merged():
    keep, drop = (Contact.objects.get(phone=phone) for phone in (KEPT, DROPPED))
    return merge(keep=keep, drop=drop), drop


def fresh(*rows):
    for row in rows:
        row.refresh_from_db()


def test_one_live_conversation_remains_with_all_lines(write):
    stays, ends = write(KEPT, "antes", ago=60), write(DROPPED, "depois")
    keep, _drop = merged()
    fresh(stays, ends)
    assert (stays.state, ends.state, ends.unread_count) == (State.QUEUED, State.CLOSED, 0)
    assert {row.text for row in Message.objects.filter(conversation=stays, direction="in")} == {"antes", "depois"}
    assert set(Message.objects.values_list("contact", flat=True)) == {keep.pk}
    assert set(Conversation.objects.values_list("contact", flat=True)) == {keep.pk}


def test_it_shows_the_newest_line_and_counts_all_that_is_unread(write):
    stays = write(KEPT, "antes", ago=60)
    write(DROPPED, "meio", ago=30)
    ends = write(DROPPED, "depois")
    merged()
    before = stays.version
    fresh(stays)
    assert (stays.last_preview, stays.unread_count) == ("depois", 3)
    assert (stays.last_message_at, stays.last_message_id) == (ends.last_message_at, _newest().pk)
    assert stays.version > before, "or the cached row would show the old line"


def _newest():
    return Message.objects.filter(direction="in").order_by("occurred_at").last()


def test_an_older_line_does_not_take_the_preview(write):
    stays = write(KEPT, "depois")
    write(DROPPED, "antes", ago=60)
    merged()
    fresh(stays)
    assert (stays.last_preview, stays.unread_count) == ("depois", 2)


def test_the_window_of_either_stays_open(write):
    stays, _ends = write(KEPT, "ontem", ago=30 * 3600), write(DROPPED, "agora")
    fresh(stays)
    assert not stays.is_window_open
    merged()
    fresh(stays)
    assert stays.is_window_open


def test_an_agent_who_answers_keeps_answering(house, write):
    stays, ends = write(KEPT, "espera", ago=60), write(DROPPED, "conversa")
    Conversation.objects.filter(pk=ends.pk).update(state=State.OPEN, assignee=house.agent, assigned_at=now())
    merged()
    fresh(stays)
    assert (stays.state, stays.assignee) == (State.OPEN, house.agent)
    (held,) = Handling.objects.filter(ended_at=None)
    assert (held.conversation, held.agent) == (stays, house.agent)


def test_two_agents_the_one_of_the_kept_contact_goes_on(house, write):
    stays, ends = write(KEPT, "uma", ago=60), write(DROPPED, "outra")
    Conversation.objects.filter(pk=stays.pk).update(state=State.OPEN, assignee=house.agent)
    Conversation.objects.filter(pk=ends.pk).update(state=State.OPEN, assignee=house.members["admin"])
    merged()
    fresh(stays)
    assert stays.assignee == house.agent


def test_conversations_on_other_numbers_and_closed_ones_only_change_their_contact(house, write):
    NumberFactory(organization=house.organization, account=house.number.account, phone_number_id="77")
    here, there = write(KEPT, "aqui"), write(DROPPED, "ali", number="77")
    closed = write(DROPPED, "antiga")
    Conversation.objects.filter(pk=closed.pk).update(state=State.CLOSED, closed_at=now(), outcome="resolved")
    keep, _drop = merged()
    fresh(here, there, closed)
    assert (here.state, there.state, closed.state, closed.outcome) == ("queued", "queued", "closed", "resolved")
    assert {here.contact, there.contact, closed.contact} == {keep}


def test_pages_hear_of_it(house, write, django_capture_on_commit_callbacks):
    write(KEPT, "uma", ago=60)
    write(DROPPED, "outra")
    sequence = f"live:seq:{house.organization.pk}"
    before = int(connection().get(sequence) or 0)
    with django_capture_on_commit_callbacks(execute=True):
        merged()
    assert int(connection().get(sequence)) > before


def test_tags_and_what_was_known_of_the_second_one_move_over(write):
    write(KEPT, "uma")
    write(DROPPED, "outra")
    keep, drop = (Contact.objects.get(phone=phone) for phone in (KEPT, DROPPED))
    Contact.objects.filter(pk=drop.pk).update(email="maria@example.com", name="Maria")
    Contact.objects.filter(pk=keep.pk).update(name="Maria Souza")
    both, only = Tag.objects.create(name="VIP"), Tag.objects.create(name="Atacado")
    both.contacts.set([keep, drop])
    only.contacts.set([drop])
    kept, _drop = merged()
    fresh(kept, drop)
    assert (kept.name, kept.email, kept.phone) == ("Maria Souza", "maria@example.com", KEPT)
    assert set(kept.tags.all()) == {both, only}
    assert (drop.phone, drop.merged_into) == ("", kept)
