"""`manage.py replay_webhooks`: at any time, without storing anything twice."""

import pytest

from django.core.management import CommandError, call_command

from apps.conversations.models import Conversation, Message
from apps.organizations.tenancy import platform_scope
from apps.whatsapp.models import WebhookDelivery
from apps.whatsapp.tests.factories import BusinessAccountFactory, NumberFactory
from apps.whatsapp.tests.journal_helpers import drain_all, handle
from apps.whatsapp.tests.samples import NUMBER, QUOTED, WABA, body, message, messages_value, status, statuses_value

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sleeping_worker(monkeypatch):
    monkeypatch.setattr("apps.whatsapp.management.commands.replay_webhooks.wake", lambda _task: None)


@pytest.fixture
def rows():
    account = BusinessAccountFactory(waba_id=WABA)
    NumberFactory(organization=account.organization, account=account, phone_number_id=NUMBER)
    reaction = message("reaction", {"message_id": "wamid.0", "emoji": "👍"}, id="wamid.r")
    bodies = [body(messages_value(message("text", {"body": f"{n}"}, id=f"wamid.{n}"))) for n in range(3)]
    return handle(*bodies, body(messages_value(reaction)), body(statuses_value({**status("sent"), "id": QUOTED})))


def state():
    with platform_scope(reason="test"):
        messages = Message.objects.order_by("id").values_list("id", "text", "reactions", "status")
        chats = Conversation.objects.order_by("id").values_list("id", "unread_count", "last_message_id", "state")
        return list(messages), list(chats)


@pytest.mark.parametrize("arguments", [{"since": "2020-01-01T00:00:00Z"}, {"until": "2100-01-01T00:00:00Z"}])
def test_replaying_everything_changes_nothing(rows, arguments):
    before = state()
    call_command("replay_webhooks", **arguments)
    assert WebhookDelivery.objects.filter(state=WebhookDelivery.State.NEW).count() == len(rows)
    assert drain_all() == len(rows)
    assert state() == before


def test_ids_and_failed_ones_can_be_named(rows, capsys):
    call_command("replay_webhooks", id=[rows[0].pk, rows[1].pk])
    assert "2 deliveries" in capsys.readouterr().out
    WebhookDelivery.objects.filter(pk=rows[2].pk).update(state=WebhookDelivery.State.FAILED)
    call_command("replay_webhooks", failed=True)
    assert "1 deliveries" in capsys.readouterr().out


def test_nothing_is_replayed_by_accident(rows):
    with pytest.raises(CommandError, match="Say what to replay"):
        call_command("replay_webhooks")
    with pytest.raises(CommandError, match="ISO"):
        call_command("replay_webhooks", since="yesterday")
