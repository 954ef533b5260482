"""Files on their way out, and trouble of one message or company that must neither end nor hold up the others."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from django.db import connections

from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Message, Status
from apps.conversations.sending import courier
from apps.conversations.tests.conftest import status_of
from apps.core.clock import now
from apps.media.models import StoredFile
from apps.media.services import store_bytes
from apps.media.storage import media_storage
from apps.media.tests.samples import PDF, picture
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount, Number
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.tests.factories import NumberFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def deliver():
    async def run():
        try:
            return await asyncio.wait_for(courier.deliver(), 20)
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(run())


def attach(house, chat, words="veja"):
    stored = store_bytes(picture(), name="foto.jpg", declared_mime="image/jpeg")
    return house.send(chat, words, kind=SendKind.IMAGE, media=stored)


@pytest.fixture
def other_company(db):
    """A message of another company that waits to be sent, as (scope, row)."""
    number = NumberFactory()
    with tenant_scope(number.organization_id):
        contact = Contact.objects.create(phone="5511911112222")
        chat = Conversation.objects.create(contact=contact, number=number, state="open")
        row = Message.objects.create(
            conversation=chat,
            contact=contact,
            number=number,
            direction="out",
            text="da outra empresa",
            payload={"send": "text"},
            status=Status.QUEUED,
        )
    return number.organization_id, row


def other_status(other_company):
    with tenant_scope(other_company[0]):
        return status_of(other_company[1])


def test_a_picture_goes_up_first_and_is_sent_by_its_id(house, provider):
    row = attach(house, house.chat())
    assert deliver() == 1
    (request,) = provider.posted
    assert (request.kind, request.content["media_id"], request.content["caption"]) == ("image", "media-1", "veja")
    assert status_of(row) == Status.SENT


def test_a_document_goes_out_under_its_name(house, provider):
    stored = store_bytes(PDF, name="nota.pdf", declared_mime="application/pdf", kind="document")
    house.send(house.chat(), "", kind=SendKind.DOCUMENT, media=stored, content={"filename": stored.name})
    deliver()
    assert provider.posted[0].content["filename"] == "nota.pdf"


def test_an_upload_without_an_answer_is_known_not_to_be_a_send(house, provider, monkeypatch):
    async def lost(self, data, *, mime, filename):
        raise GraphError(NO_ANSWER, "timeout", ambiguous=True)

    monkeypatch.setattr(provider, "upload_media", lost)
    row = attach(house, house.chat())
    deliver()
    assert status_of(row) in (Status.QUEUED, Status.FAILED)
    assert provider.posted == []


def test_a_file_that_is_gone_fails_in_words_and_the_next_message_goes_out(house, provider, other_company):
    row = attach(house, house.chat())
    stored = StoredFile.objects.get()

    media_storage().delete(stored.key)
    deliver()
    assert (status_of(row), bool(row.error_detail)) == (Status.FAILED, True)
    assert other_status(other_company) == Status.SENT


@pytest.mark.parametrize("token", [b"nobody can open this" * 4, b""], ids=["unreadable", "empty"])
def test_one_companys_broken_token_pauses_its_number_and_nobody_else(house, provider, other_company, token):
    row = house.send(house.chat())
    BusinessAccount.objects.update(access_token=token)
    deliver()
    assert (status_of(row), row.error_code) == (Status.FAILED, 190)
    assert Number.objects.get().paused_until > now()
    assert other_status(other_company) == Status.SENT


def test_what_breaks_while_it_is_posted_is_unknown_never_sent_again_and_ends_nothing(house, provider, other_company):
    row = house.send(house.chat())
    provider.script = [ZeroDivisionError("a mistake of ours"), ZeroDivisionError("and again")]
    assert deliver() == 2
    assert (status_of(row), other_status(other_company)) == (Status.UNKNOWN, Status.UNKNOWN)
    assert deliver() == 0
    assert len(provider.posted) == 2
