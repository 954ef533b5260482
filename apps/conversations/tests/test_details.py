"""Snooze, scheduled messages, canned replies, mentions, unsent texts, views, tags, the contact beside the thread."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from apps.contacts.models import Tag
from apps.conversations import canned, scheduling, services, snoozing
from apps.conversations.models import CannedReply, Conversation, Message, SavedView, ScheduledMessage, Unsent
from apps.core.clock import now
from apps.notifications.models import Notification
from apps.organizations.tenancy import tenant_scope
from apps.teams.tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def snoozed(house, hours=1, note="ligar para o fornecedor"):
    chat = house.chat()
    snoozing.snooze(chat.pk, actor=house.agent, until=now() + timedelta(hours=hours), note=note)
    return chat


def test_a_snoozed_conversation_leaves_the_list_and_returns_on_top_with_its_reason(house):
    chat = snoozed(house)
    url = house.url("conversations:list")
    assert str(chat.pk) not in house.client().get(url).content.decode()
    assert snoozing.wake_due() == 0
    with time_machine.travel(now() + timedelta(hours=2)):
        assert snoozing.wake_due() == 1
        page = house.client().get(url).content.decode()
    assert str(chat.pk) in page
    assert "ligar para o fornecedor" in page
    chat.refresh_from_db()
    assert (chat.state, chat.unread_count) == ("open", 1)
    told = Notification.objects.get(kind="conversations.returned")
    assert (told.recipient, "ligar para o fornecedor" in told.args["reason"]) == (house.agent, True)


def test_the_customer_who_writes_brings_it_back_at_once(house):
    chat = snoozed(house)
    house.text("Voltei")
    chat.refresh_from_db()
    assert (chat.state, chat.snoozed_until) == ("open", None)


@pytest.mark.parametrize("preset", ["hour", "three", "tomorrow", "monday"])
def test_presets(house, preset):
    chat = house.chat()
    url = house.url("conversations:snooze", conversation_id=chat.pk)
    assert house.client().post(url, {"preset": preset}, headers=HX).status_code == 200
    chat.refresh_from_db()
    assert chat.snoozed_until > now()


@pytest.mark.parametrize("until", ["", "2020-01-01T10:00", "2999-01-01T10:00"])
def test_a_moment_that_can_not_be_is_refused(house, until):
    chat = house.chat()
    url = house.url("conversations:snooze", conversation_id=chat.pk)
    assert house.client().post(url, {"until": until}, headers=HX).status_code == 422
    chat.refresh_from_db()
    assert chat.state == "open"


def test_a_scheduled_message_goes_out_once_when_it_is_due(house):
    chat = house.chat()
    scheduling.schedule(chat, author=house.agent, text="Bom dia!", due_at=now() + timedelta(hours=1))
    assert scheduling.send_due() == 0
    with time_machine.travel(now() + timedelta(hours=1, minutes=1)):
        assert (scheduling.send_due(), scheduling.send_due()) == (1, 0)
    sent = Message.objects.get(text="Bom dia!")
    assert (sent.status, sent.author) == ("queued", house.agent)


def test_one_that_the_window_refuses_tells_its_author(house):
    chat = house.chat()
    scheduling.schedule(chat, author=house.agent, text="Tarde", due_at=now() + timedelta(hours=30))
    with time_machine.travel(now() + timedelta(hours=31)):
        scheduling.send_due()
    assert ScheduledMessage.objects.get().problem
    assert not Message.objects.filter(text="Tarde").exists()
    assert Notification.objects.get(kind="conversations.not_sent").recipient == house.agent


def test_one_can_be_taken_back(house):
    chat = house.chat()
    made = scheduling.schedule(chat, author=house.agent, text="Ops", due_at=now() + timedelta(hours=1))
    url = house.url("conversations:schedule_cancel", conversation_id=chat.pk)
    assert house.client().post(url, {"scheduled": made.pk}, headers=HX).status_code == 200
    assert not ScheduledMessage.objects.exists()


def test_canned_replies_of_everybody_the_department_and_oneself_filled(house):
    chat = house.chat()
    theirs = DepartmentFactory(organization=house.organization)
    for shortcut, more in [
        ("ola", {}),
        ("olaprazo", {"department": house.queue.department}),
        ("olameu", {"owner": house.agent}),
        ("olaoutro", {"owner": house.members["supervisor"]}),
        ("oladeles", {"department": theirs}),
    ]:
        CannedReply.objects.create(shortcut=shortcut, text="Oi, {primeiro_nome}! Aqui é {atendente}. {x}", **more)
    url = house.url("conversations:canned", conversation_id=chat.pk) + "?q=ola"
    page = house.client().get(url, headers=HX).content.decode()
    assert [name in page for name in ("/ola<", "/olaprazo", "/olameu", "/olaoutro", "/oladeles")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert f"Aqui é {house.agent.name}. {{x}}" in page
    assert canned.unknown_variables("{x} {nome}") == ["x"]


def test_a_mention_tells_who_may_see_the_conversation(house):
    chat = house.chat()
    boss = house.members["supervisor"]
    text = f"@{boss.name} pode ver? @{house.members['agent'].name}"
    for _ in range(2):
        services.add_note(chat, author=house.agent, text=text, client_id=chat.pk)
    assert [row.recipient for row in Notification.objects.filter(kind="conversations.mention")] == [boss]


def test_a_mention_of_who_may_not_see_it_tells_nobody(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(assignee=house.members["supervisor"])
    text = f"@{house.agent.name} olha isso"
    services.add_note(chat, author=house.members["supervisor"], text=text, client_id=uuid4())
    assert not Notification.objects.exists()


def test_what_is_typed_is_kept_for_each_member_until_it_is_empty(house):
    chat = house.chat()
    url = house.url("conversations:unsent", conversation_id=chat.pk)
    house.client().post(url, {"reply": "Oi, eu", "note": ""})
    thread = house.client().get(house.url("conversations:thread", conversation_id=chat.pk), headers=HX)
    assert 'data-reply="Oi, eu"' in thread.content.decode()
    other = house.client("supervisor").get(house.url("conversations:thread", conversation_id=chat.pk), headers=HX)
    assert "Oi, eu" not in other.content.decode()
    house.client().post(url, {"reply": " ", "note": ""})
    assert not Unsent.objects.exists()


def test_filters_and_views(house):
    chat, tag = house.chat(), Tag.objects.create(name="Urgente")
    url = house.url("conversations:list")
    assert str(chat.pk) not in house.client().get(f"{url}?tag={tag.pk}").content.decode()
    tags_url = house.url("conversations:tags", conversation_id=chat.pk)
    assert house.client().post(tags_url, {"tags": [tag.pk]}, headers=HX).status_code == 200
    assert str(chat.pk) in house.client().get(f"{url}?tag={tag.pk}").content.decode()
    keep = house.url("conversations:view_keep")
    assert house.client().post(keep, {"name": "Fogo", "tag": tag.pk, "tab": "mine"}, headers=HX).status_code == 200
    view = SavedView.objects.get()
    assert view.query == f"tag={tag.pk}&tab=mine"
    delete = house.url("conversations:view_delete", view_id=view.pk)
    assert house.client("supervisor").post(delete, headers=HX).status_code == 404
    assert house.client().post(delete, headers=HX).status_code == 200


@pytest.mark.parametrize("query", ["?tag=x", "?queue=%00", "?unread=maybe"])
def test_a_filter_that_means_nothing_filters_nothing(house, query):
    chat = house.chat()
    assert str(chat.pk) in house.client().get(house.url("conversations:list") + query).content.decode()


def test_the_contact_is_corrected_beside_the_thread(house):
    chat = house.chat()
    url = house.url("conversations:contact_edit", conversation_id=chat.pk)
    changed = {"name": "Maria Souza", "email": "m@example.com", "notes": "Prefere à tarde", "is_vip": "on"}
    page = house.client().post(url, changed, headers=HX).content.decode()
    assert "Maria Souza" in page
    chat.contact.refresh_from_db()
    assert (chat.contact.notes, chat.contact.is_vip) == ("Prefere à tarde", True)
    assert house.client().post(url, {**changed, "email": "no"}, headers=HX).status_code == 422


ROUTES = [("snooze", {}), ("schedule", {}), ("tags", {}), ("contact_edit", {}), ("unsent", {}), ("canned", {})]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("outsider", 404), ("anonymous", 302)])
@pytest.mark.parametrize("name", [name for name, _ in ROUTES])
def test_who_may_not(house, role, status, name):
    chat = house.chat()
    url = house.url(f"conversations:{name}", conversation_id=chat.pk)
    method = "POST" if name == "unsent" else "GET"
    assert house.client(role).generic(method, url).status_code == status


@pytest.mark.parametrize("what", ["snooze", "schedule", "tags", "contact_edit"])
def test_a_dialog_opened_in_a_tab_of_its_own_is_a_whole_page_with_a_plain_form(house, what):
    chat = house.chat()
    address = house.url(f"conversations:{what}", conversation_id=chat.pk)
    page = house.client().get(address).content.decode()
    assert page.startswith("<!DOCTYPE html>")
    assert 'form-page" hx-disable' in page
    assert house.url("desk:conversation", conversation_id=chat.pk) in page
    assert "<html" not in house.client().get(address, headers=HX).content.decode()


def test_a_tag_has_one_of_the_colours_that_pages_show(house):
    url = house.url("console:tags")
    client = house.client("supervisor")
    assert "form-colorinput" in client.get(url).content.decode()
    assert client.post(url, {"name": "Troca", "color": "mauve"}).status_code == 422
    assert client.post(url, {"name": "Troca", "color": "yellow"}).status_code == 302
    with tenant_scope(house.organization):
        assert Tag.objects.get().color == "yellow"
