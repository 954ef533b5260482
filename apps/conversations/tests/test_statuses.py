"""Ticks only climb, whatever order and however often statuses come; and none is lost that came too early."""

from datetime import timedelta
from itertools import permutations

import pytest

from apps.conversations.ingest.statuses import RANKS, apply_parked
from apps.conversations.models import Message, ParkedStatus, Status
from apps.conversations.sending.claims import claim
from apps.conversations.sending.outcomes import accepted, settle
from apps.conversations.sending.reconcile import prune_parked
from apps.conversations.tests.conftest import status_of
from apps.core.clock import now
from apps.whatsapp.tests.samples import QUOTED, status

pytestmark = pytest.mark.django_db
PRICING = {
    "pricing": {"billable": True, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"}
}
FAILURE = {"errors": [{"code": 131026, "title": "undeliverable"}]}


@pytest.fixture
def sent(house):
    row = house.send(house.chat())
    Message.objects.filter(pk=row.pk).update(wamid=QUOTED, status=Status.SENT)
    return row


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_the_highest_rank_wins_in_any_order(house, sent, order):
    for name in (*order, *order):
        house.hear(status(name))
    assert status_of(sent) == Status.READ
    assert sent.conversation.last_message_id == sent.pk
    sent.conversation.refresh_from_db()
    assert sent.conversation.last_status == "read"


@pytest.mark.parametrize(
    ("heard", "end"),
    [
        (["sent", "failed"], Status.FAILED),
        (["failed", "sent"], Status.FAILED),
        (["failed", "delivered"], Status.DELIVERED),
        (["delivered", "failed"], Status.DELIVERED),
        (["read", "played", "read"], Status.PLAYED),
        (["deleted", "warning"], Status.SENT),
    ],
)
def test_failed_beats_only_sent(house, sent, heard, end):
    for name in heard:
        house.hear(status(name, **(FAILURE if name == "failed" else {})))
    assert status_of(sent) == end
    assert sent.error_code == (131026 if end == Status.FAILED else sent.error_code)


def test_one_delivery_with_all_of_them(house, sent):
    house.hear(*(status(name) for name in ("read", "sent", "delivered")))
    assert status_of(sent) == Status.READ


def test_what_it_costs_is_kept_once_even_from_a_lower_rank(house, sent):
    house.hear(status("read"))
    house.hear(status("sent", **PRICING))
    assert status_of(sent) == Status.READ
    assert sent.pricing["category"] == "service"


def test_a_status_faster_than_the_answer_waits_for_it(house, monkeypatch):
    row = house.send(house.chat())
    (job,) = claim(10)
    house.hear(status("sent"), status("delivered", **PRICING))
    assert status_of(row) == Status.SENDING
    assert ParkedStatus.objects.count() == 1
    settle([accepted(job, QUOTED)])
    assert status_of(row) == Status.DELIVERED
    assert row.pricing["category"] == "service"
    assert ParkedStatus.objects.count() == 0


def test_a_status_that_nobody_waits_for_goes_after_a_day(house):
    house.hear(status("sent"))
    assert prune_parked() == 0
    ParkedStatus.objects.update(created_at=now() - timedelta(days=2))
    assert prune_parked() == 1
    assert ParkedStatus.objects.count() == 0


def test_a_lost_answer_is_recognised_by_the_callback_id(house):
    row = house.send(house.chat())
    (job,) = claim(10)
    Message.objects.filter(pk=row.pk).update(status=Status.UNKNOWN)
    house.hear(status("delivered", biz_opaque_callback_data=str(job.callback_id)))
    assert status_of(row) == Status.DELIVERED
    assert row.wamid == QUOTED


@pytest.mark.parametrize("callback", ["no-uuid", "", "3ebf3a3c-585d-4b07-92d0-88017f214a7d"])
def test_a_foreign_callback_id_moves_nothing(house, callback):
    row = house.send(house.chat())
    claim(10)
    house.hear(status("delivered", biz_opaque_callback_data=callback))
    assert status_of(row) == Status.SENDING


def test_every_status_has_a_rank():
    assert set(RANKS) | {Status.NONE} == set(Status.values)


def test_parked_statuses_that_somebody_else_has_applied_by_now_change_nothing(house):
    row = house.send(house.chat())
    apply_parked([(house.number.pk, "wamid.out.1")])
    assert (status_of(row), ParkedStatus.objects.count()) == (Status.QUEUED, 0)
