"""Deleting bots and flows: what goes, what stays for the replays, and who is in it."""

import pytest

from django.core.exceptions import ValidationError

from apps.audit.models import AuditEvent
from apps.chatbots import removing, runner, services
from apps.chatbots.models import Bot, Flow, FlowVersion, Session, Trigger
from apps.chatbots.tests.conftest import only_conversation
from apps.chatbots.tests.factories import FlowFactory
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.tests.workshop import workshop
from apps.conversations.models import Message, State
from apps.organizations.tenancy import tenant_scope

__all__ = ["workshop"]
pytestmark = pytest.mark.django_db
ASKING = flow_of([("start", {}), ("question", {"text": "Nome?", "type": "text"}), ("end", {})])


def test_whoever_is_in_a_deleted_bot_gets_a_person_and_the_replay_stays(bot, talk, house):
    version = bot(ASKING, fallback_text="Um momento")
    talk("Oi")
    assert "1 conversation" in removing.consequences([version.flow])
    removing.delete_bot(version.flow.bot, house.members["admin"])
    assert runner.run_due() == 1
    assert talk()[-1] == "Um momento"
    assert (only_conversation().state, only_conversation().queue) == (State.QUEUED, house.queue)
    assert Message.objects.get(direction="note").payload["handoff"]["reason"] == "removed"
    assert (Session.objects.get().status, FlowVersion.objects.count()) == ("failed", 1)
    assert (Trigger.objects.count(), Bot.objects.kept().count()) == (0, 0)
    assert AuditEvent.objects.filter(action="bot.deleted").exists()
    talk("De novo")
    assert Session.objects.count() == 1


def test_a_flow_that_another_one_enters_stays_until_that_one_changed(bot, house):
    version = bot(ASKING)
    Flow.objects.update(is_main=False)
    other = FlowFactory(organization=house.organization)
    graph = flow_of([("start", {}), ("subflow", {"flow": str(version.flow_id)}), ("end", {})])
    services.save_draft(other, graph, 1, None)
    for remove in (removing.delete_flow, lambda flow, by: removing.delete_bot(flow.bot, by)):
        with pytest.raises(ValidationError, match=other.name):
            remove(version.flow, None)
    services.save_draft(other, ASKING, 2, None)
    removing.delete_flow(version.flow, None)
    assert list(Flow.objects.kept()) == [other]


def test_what_was_never_published_leaves_no_row(workshop):
    browser, flow = workshop.client("admin"), workshop.flow
    assert "undone" in browser.get(workshop.url("bot_edit", bot_id=flow.bot_id)).content.decode()
    refused = browser.post(workshop.of_flow("flow_delete"), follow=True)
    assert "main flow" in refused.content.decode()
    browser.post(workshop.url("bot_delete", bot_id=flow.bot_id))
    assert browser.get(workshop.url("bot", bot_id=flow.bot_id)).status_code == 404
    with tenant_scope(flow.organization_id):
        assert (Bot.objects.count(), Flow.objects.count()) == (0, 0)


def test_the_name_of_a_deleted_bot_is_free_again(bot, house):
    version = bot(ASKING, name="Recepção")
    removing.delete_bot(version.flow.bot, None)
    assert services.create_bot(name="Recepção", by=None).flows.get().name == "Main flow"
