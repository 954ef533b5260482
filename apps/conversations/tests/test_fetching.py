"""Received media come home; one account's trouble is nobody else's, and no file is given up too early."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest
from asgiref.sync import sync_to_async

from django.db import connections

from apps.contacts.models import Contact
from apps.conversations import fetching
from apps.conversations.models import Conversation, MediaState, Message
from apps.core.clock import now
from apps.media.models import StoredFile
from apps.media.tests.samples import HTML, PDF, picture
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount
from apps.whatsapp.tests.factories import NumberFactory
from apps.whatsapp.tests.samples import message

pytestmark = pytest.mark.django_db(transaction=True)
_wamids = count()


class Meta:
    """`files` by media id: bytes, or the error that Meta answers with."""

    files: dict = {}
    asked: list = []

    def __init__(self, graph, phone_number_id):
        pass

    async def download_media(self, media_id, *, max_bytes):
        self.asked.append(media_id)
        found = self.files[media_id]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def meta(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    Meta.files, Meta.asked = {}, []
    monkeypatch.setattr(fetching, "CloudProvider", Meta)
    return Meta


@pytest.fixture
def receive(house, meta):
    """`receive("image", bytes or error)`: a customer's file that waits to be fetched."""

    def one(kind, file, **described):
        at = next(_wamids)
        meta.files[f"m{at}"] = file
        value = {"id": f"m{at}", "mime_type": "image/jpeg", **described}
        house.say(message(kind, value, id=f"wamid.media.{at}", timestamp=str(int(now().timestamp()))))
        return Message.objects.get(wamid=f"wamid.media.{at}")

    return one


def fetch():
    async def run():
        try:
            return await fetching.fetch_all()
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(run())


def state(row):
    row.refresh_from_db()
    return row.media_state


def due():
    Message.objects.filter(media_state=MediaState.PENDING).update(next_attempt_at=None)


def test_a_picture_comes_home_under_its_owner(house, receive):
    row = receive("image", picture())
    assert fetch() == 1
    assert state(row) == MediaState.READY
    assert (row.media.organization_id, row.media.kind, row.media.mime) == (house.organization.pk, "image", "image/jpeg")
    with row.media.open() as file:
        assert file.read()
    assert fetch() == 0


def test_a_document_keeps_its_name_and_stays_a_document(receive):
    row = receive("document", PDF, filename="nota fiscal.pdf", mime_type="application/pdf")
    fetch()
    assert state(row) == MediaState.READY
    assert (row.media.kind, row.media.name) == ("document", "nota fiscal.pdf")


def test_more_than_a_batch_is_fetched_in_one_run(receive, monkeypatch):
    monkeypatch.setattr(fetching, "BATCH", 5)
    rows = [receive("image", picture()) for _ in range(fetching.BATCH + 3)]
    assert fetch() == len(rows)
    assert {state(row) for row in rows} == {MediaState.READY}


@pytest.mark.parametrize("file", [HTML, b"", b"\x7fELF" + bytes(64)], ids=["html", "empty", "program"])
def test_what_is_no_picture_is_refused_in_words_and_not_asked_for_again(receive, meta, file):
    row = receive("image", file)
    fetch()
    assert state(row) == MediaState.FAILED
    assert row.error_detail
    due()
    fetch()
    assert len(meta.asked) == 1
    assert not StoredFile.objects.exists()


def test_a_file_that_meta_has_no_more_is_given_up(receive, meta):
    row = receive("image", GraphError(131052, details="expired", http_status=400))
    fetch()
    assert (state(row), row.error_detail) == (MediaState.FAILED, "expired")


def test_a_disturbance_is_tried_again_later_each_time_longer_and_then_ends(receive, meta):
    row = receive("image", GraphError(NO_ANSWER, "timeout", ambiguous=False))
    waits = []
    while True:
        fetch()
        if state(row) != MediaState.PENDING:
            break
        assert row.next_attempt_at > now()
        assert fetch() == 0, "not before its time"
        waits.append(row.next_attempt_at - now())
        due()
    assert waits == sorted(waits)
    assert (row.media_state, len(meta.asked)) == (MediaState.FAILED, fetching.MAX_TRIES)


def test_what_fails_once_comes_the_second_time(receive, meta):
    row = receive("image", GraphError(NO_ANSWER, "timeout", ambiguous=False))
    fetch()
    meta.files[meta.asked[0]] = picture()
    due()
    fetch()
    assert state(row) == MediaState.READY


def test_a_dead_token_waits_for_a_person_as_long_as_meta_keeps_the_file(receive, meta):
    row = receive("image", GraphError(190, "expired token", http_status=401))
    for _ in range(fetching.MAX_TRIES + 2):
        fetch()
        due()
    assert state(row) == MediaState.PENDING
    Message.objects.update(occurred_at=now() - timedelta(days=8))
    fetch()
    assert state(row) == MediaState.FAILED


def spoil_token(account, how):
    if how == "empty":
        account.access_token = ""
        account.save(update_fields=["access_token"])
    else:
        BusinessAccount.objects.filter(pk=account.pk).update(access_token=b"nonsense that nobody can open" * 3)


@pytest.mark.parametrize("how", ["empty", "unreadable"])
def test_one_companys_broken_token_does_not_hold_up_another(house, receive, meta, how):
    broken = receive("image", picture())
    spoil_token(house.number.account, how)
    number = NumberFactory()
    with tenant_scope(number.organization_id):
        contact = Contact.objects.create(phone="5511911112222")
        chat = Conversation.objects.create(contact=contact, number=number)
        meta.files["theirs"] = picture()
        theirs = Message.objects.create(
            conversation=chat,
            contact=contact,
            number=number,
            direction="in",
            kind="image",
            media_state=MediaState.PENDING,
            payload={"media": {"id": "theirs", "mime": "image/jpeg"}},
        )
    fetch()
    assert state(broken) == MediaState.PENDING
    with tenant_scope(number.organization_id):
        assert state(theirs) == MediaState.READY


def test_a_storage_that_is_down_is_tried_again(receive, monkeypatch):
    row = receive("image", picture())

    def full(*args, **kwargs):
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(fetching, "store_bytes", full)
        fetch()
    assert state(row) == MediaState.PENDING
    due()
    fetch()
    assert state(row) == MediaState.READY


def test_two_workers_never_fetch_the_same(receive):
    receive("image", picture())
    assert len(fetching._claim()) == 1
    assert fetching._claim() == []
