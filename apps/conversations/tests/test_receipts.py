"""Blue ticks and "typing…" for the customer: only from those who answer, and never in anybody's way."""

import pytest

from apps.conversations import receipts, tasks
from apps.conversations.models import Message
from apps.organizations.tenancy import platform_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.whatsapp.errors import GraphError
from apps.whatsapp.models import BusinessAccount

pytestmark = pytest.mark.django_db


class Meta:
    """What Meta was told: (number, wamid, typing); `refusal` is what it answers."""

    told: list = []
    refusal: Exception | None = None

    def __init__(self, graph, phone_number_id):
        self.number = phone_number_id

    async def mark_read(self, wamid, *, typing):
        if self.refusal:
            raise self.refusal
        self.told.append((self.number, wamid, typing))


@pytest.fixture
def meta(monkeypatch):
    Meta.told, Meta.refusal = [], None
    monkeypatch.setattr(receipts, "CloudProvider", Meta)
    return Meta


@pytest.mark.parametrize(("role", "tells"), [("owner", 1), ("supervisor", 1), ("agent", 1), ("viewer", 0)])
def test_only_those_who_answer_are_seen_reading(house, monkeypatch, role, tells):
    asked = []
    monkeypatch.setattr(receipts.current_app, "send_task", lambda name, args, **rest: asked.append((name, args)))
    chat = house.chat()
    receipts.request(house.members[role], chat.pk, typing=True)
    assert asked == [("conversations.send_receipt", [str(house.organization.pk), str(chat.pk), True])] * tells


@pytest.mark.parametrize("typing", [True, False])
def test_the_newest_received_line_is_marked_read(house, meta, typing):
    chat = house.chat("primeira")
    newest = house.text("última")
    house.send(chat, "resposta")
    assert receipts.send(chat.pk, typing=typing)
    assert meta.told == [(house.number.phone_number_id, newest.wamid, typing)]


def test_a_reaction_is_no_line_to_mark(house, meta):
    row = house.text("olá")
    house.text("", id="wamid.reaction", type="reaction", reaction={"message_id": row.wamid, "emoji": "👍"})
    receipts.send(row.conversation_id, typing=False)
    assert [wamid for _number, wamid, _typing in meta.told] == [row.wamid]


def test_nothing_is_told_where_the_customer_never_wrote(house, meta):
    chat = house.chat()
    Message.objects.filter(direction="in").delete()
    assert receipts.send(chat.pk, typing=False) is False
    assert meta.told == []


def test_a_refusal_or_a_broken_token_harms_nobody(house, meta):
    chat = house.chat()
    meta.refusal = GraphError(131009, http_status=400)
    assert receipts.send(chat.pk, typing=False) is False
    meta.refusal = None
    assert receipts.send(chat.pk, typing=False) is True, "negative control"
    BusinessAccount.objects.update(access_token=b"nobody can open this" * 4)
    assert receipts.send(chat.pk, typing=False) is False


def test_the_task_works_in_its_company_only(house, meta):
    chat = house.chat()
    tasks.send_receipt.apply([str(OrganizationFactory().pk), str(chat.pk), False]).get()
    assert meta.told == []
    tasks.send_receipt.apply([str(house.organization.pk), str(chat.pk), False]).get()
    assert len(meta.told) == 1
    with platform_scope(reason="a task leaves no scope behind"):
        assert Message.objects.exists()
