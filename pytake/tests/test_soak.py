"""The short form of `make soak`: nothing is lost, nothing is doubled, whatever is killed or flushed."""

import time

import pytest

from benchmarks import soak
from pytake.tests.stack import wait_until

pytestmark = pytest.mark.xdist_group("crashes")


def test_two_thousand_deliveries_three_times_over_through_crashes_and_a_flush(stack):
    result = soak.inbound(stack, deliveries=2_000, faults=soak.kills(stack, 4, flushes=1))
    print(result)
    assert (result["lost"], result["duplicated"]) == (0, 0)
    assert result["unread"] == result["deliveries"]
    assert result["conversations"] == result["customers"]


def test_five_hundred_sends_through_lost_answers_and_crashes(stack):
    if not soak.stored(stack):
        soak.inbound(stack, deliveries=100, faults=[])
    stack.wait_ready("web")
    result = soak.outbound(stack, sends=500, faults=[soak.crash(stack, "worker") for _ in range(2)])
    print(result)
    assert result["automatic_duplicates"] == 0
    assert (result["rows"], result["unsettled"]) == (500, 0)
    assert result["reached_meta"] >= 400


def test_forged_posts_among_genuine_ones_are_refused_and_leave_no_row(stack):
    stack.wait_ready("web")
    result = soak.authentic(stack, seconds=3.0, rate=40)
    print(result)
    assert result["forged"] == {403: 15}
    assert result["rows_too_many"] == 0


def test_negative_control_a_message_that_meta_got_twice_is_counted(stack):
    assert sum(number - 1 for number in soak.Counter(["a", "b", "a"]).values()) == 1


def test_a_flushed_valkey_holds_nobody_up(stack):
    for name in stack.parts:
        stack.wait_ready(name)
    soak.flush(stack)()
    began = time.monotonic()
    body = soak.delivery(stack, 9_000_000, 1)
    soak.insist(stack, body)
    seen = "SELECT 1 FROM conversations_message WHERE wamid = 'wamid.soak.9000000'"
    wait_until(lambda: stack.rows(seen), 60, "nothing was handled for a minute after the flush")
    assert time.monotonic() - began < 60


@pytest.mark.soak
def test_the_full_sizes():
    """`make soak`: 100,000 deliveries and 50,000 sends; takes about twenty minutes on two cores."""
    assert soak.main() == 0
