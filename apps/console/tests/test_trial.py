"""A test message from a number's page: a template at once, a text inside the window, what came of it, live."""

import pytest

from django.urls import reverse
from django.utils import translation

from apps.conversations.models import Conversation, Message, Status
from apps.conversations.tests.conftest import House, house
from apps.core.clock import now
from apps.whatsapp.tests.factories import TemplateFactory

__all__ = ["House", "house"]
pytestmark = pytest.mark.django_db
PHONE = "(41) 98888-1234"
FRAGMENT = {"HX-Request": "true"}


def send(house, role="admin", **data):
    url = house.url("console:number_try", number_id=house.number.pk)
    return house.client(role).post(url, {"phone": PHONE, **data}, headers=FRAGMENT)


@pytest.fixture
def template(house):
    body = {"type": "BODY", "text": "Tudo pronto por aqui."}
    return TemplateFactory(
        organization=house.organization, account=house.number.account, name="teste", components=[body]
    )


def test_a_template_goes_to_a_phone_that_never_wrote_and_waits_in_no_queue(house, template):
    answer = send(house, template=template.pk)
    assert answer.status_code == 200
    message = Message.objects.get(direction="out")
    assert (message.kind, message.text) == ("template", "Tudo pronto por aqui.")
    chat = Conversation.objects.get()
    assert (chat.contact.phone, chat.state, chat.assignee) == ("5541988881234", "open", house.members["admin"])
    assert send(house, template=template.pk).status_code == 200
    assert Conversation.objects.count() == 1, "the second test goes on in the same conversation"


def test_a_text_needs_the_window_and_the_refusal_leaves_nothing(house):
    answer = send(house, text="Oi")
    assert answer.status_code == 422
    assert "24" in answer.content.decode()
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("data", [{"phone": "123", "text": "Oi"}, {"phone": "", "text": "Oi"}, {"text": " "}])
def test_bad_input_is_said_on_its_field(house, data):
    answer = send(house, **data)
    assert answer.status_code == 422
    assert "field-errors" in answer.content.decode() or "invalid" in answer.content.decode()


def test_only_templates_without_gaps_are_offered(house, template):
    gaps = TemplateFactory(organization=house.organization, account=house.number.account, name="com_lacuna")
    page = house.client("admin").get(house.url("console:number", number_id=house.number.pk)).content.decode()
    assert f'value="{template.pk}"' in page
    assert f'value="{gaps.pk}"' not in page
    assert send(house, template=gaps.pk).status_code == 422


def test_the_outcome_is_followed_until_it_is_final(house, template):
    send(house, template=template.pk)
    message = Message.objects.get(direction="out")
    url = house.url("console:number_tried", number_id=house.number.pk, message_id=message.pk)
    page = house.client("admin").get(url, headers=FRAGMENT).content.decode()
    assert 'data-status="queued"' in page
    assert "every 1s" in page
    Message.objects.filter(pk=message.pk).update(status=Status.FAILED, error_code=131026, changed_at=now())
    page = house.client("admin").get(url, headers=FRAGMENT).content.decode()
    assert "every 1s" not in page
    with translation.override("pt-br"):
        assert Message.objects.get(pk=message.pk).error_text in page
    assert (
        reverse(
            "desk:conversation", kwargs={"slug": house.organization.slug, "conversation_id": message.conversation_id}
        )
        in page
    )
