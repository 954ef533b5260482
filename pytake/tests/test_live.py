"""Guarantee 12 on the real stack: whatever dies, pages catch up, hear nothing of others, and end when they must."""

import asyncio
import json
import random
import time

import pytest

from benchmarks.soak import delivery, signed
from pytake.tests.pages import LivePage, logged_in, post_form
from pytake.tests.stack import post, wait_until

pytestmark = pytest.mark.xdist_group("crashes")
PEOPLE = ("marina@aurora.example", "rafael@aurora.example", "helena@aurora.example")
CUTS, WEB_KILLS = 98, 2
CATCH_UP, REVOKED = 2.0, 5.0
SPY = """
from apps.accounts.models import User
from apps.organizations.services import found
user = User.objects.create_user(email="spy@rival.example", password="Aurora2026", full_name="Rival")
print(found(user=user, name="Rival").organization.slug)
"""


def say(stack, number):
    """A customer's line `live <number>`, acknowledged; tried again as Meta does."""
    body = delivery(stack, 5_000_000 + number, 1).replace(f"soak {5_000_000 + number}".encode(), b"live %d" % number)
    while post(f"{stack.url}/webhooks/whatsapp/", body, signed(stack, body)) != 200:
        time.sleep(0.1)


@pytest.fixture(scope="module")
def chat(stack):
    """The customer's conversation, as its id."""
    stack.wait_ready("web")
    say(stack, 0)
    found = "SELECT conversation_id FROM conversations_message WHERE text = 'live 0'"
    wait_until(lambda: stack.rows(found), 30, "the first line did not arrive", every=0.2)
    return str(stack.rows(found)[0][0])


@pytest.fixture(scope="module")
def rival(stack):
    """Another company's slug; its owner is spy@rival.example."""
    return stack.manage("shell", "-v", "0", "-c", SPY).strip().splitlines()[-1]


async def page_of(stack, chat, email, slug="loja-aurora"):
    session = await logged_in(stack.url, email, stack.demo["logins"][0]["password"])
    page = LivePage(stack.url, slug, session, chat)
    await page.open()
    await until(lambda: page.last is not None, 15)
    return page


async def until(true, seconds):
    """How long it took; fails when it never came true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it never happened"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def kill_web(stack):
    """Started again from this thread: a process ends with the thread that started it."""
    stack.kill("web")
    stack.launch("web")
    await asyncio.to_thread(stack.wait_ready, "web")


async def cut_now_and_then(stack, pages, deadline):
    """Sockets die all the time, the web process in between."""
    pick = random.Random(12)
    kills_at = [CUTS * (at + 1) // (WEB_KILLS + 1) for at in range(WEB_KILLS)]
    while (done := sum(page.cuts for page in pages)) < CUTS:
        assert time.monotonic() < deadline, f"only {done} cuts in time"
        if kills_at and done >= kills_at[0]:
            kills_at.pop(0)
            await kill_web(stack)
        pick.choice(pages).cut()
        await asyncio.sleep(0.02)


async def keep_talking(stack, stop):
    """Lines go on whatever happens; gives how many."""
    number = 0
    while not stop.is_set():
        number += 1
        await asyncio.to_thread(say, stack, number)
        await asyncio.sleep(0.25)
    return number


async def test_a_hundred_kills_and_nothing_is_missed_or_told_to_others(stack, chat, rival):
    pages = [await page_of(stack, chat, email) for email in PEOPLE for _ in range(3)]
    spy = await page_of(stack, chat, "spy@rival.example", rival)
    stop = asyncio.Event()
    talking = asyncio.create_task(keep_talking(stack, stop))
    try:
        await cut_now_and_then(stack, [*pages, spy], time.monotonic() + 100)
        stop.set()
        total = await talking
        everything = set(range(1, total + 1))
        stored = "SELECT count(*) FROM conversations_message WHERE text LIKE 'live %%' AND direction = 'in'"
        await asyncio.to_thread(wait_until, lambda: stack.rows(stored)[0][0] == total + 1, 20, "rows are missing")
        await until(lambda: all(page.is_connected for page in pages), 10)
        began = time.monotonic()
        while (missed := [len(everything - page.seen) for page in pages]) != [0] * len(pages):
            assert time.monotonic() - began < 10, f"{missed} of {total} lines missed"
            await asyncio.sleep(0.02)
        seconds = time.monotonic() - began
        result = {"cuts": sum(page.cuts for page in (*pages, spy)), "web kills": WEB_KILLS, "lines": total}
        print(result, f"caught up {seconds:.2f} s after the last row and connection")
        assert seconds <= CATCH_UP
        assert [frame for frame in spy.frames if set(frame) - {"seq", "type"}] == []
        assert spy.seen == set()
    finally:
        stop.set()
        for page in (*pages, spy):
            await page.close()


async def test_negative_control_a_page_that_does_not_catch_up_misses_lines(stack, chat):
    page, witness = await page_of(stack, chat, PEOPLE[0]), await page_of(stack, chat, PEOPLE[1])
    page._catch_up = lambda: asyncio.sleep(0)
    try:
        page._task.cancel()
        page.cut()
        await asyncio.to_thread(say, stack, 900_001)
        await until(lambda: 900_001 in witness.seen, 20)
        await page.open()
        await asyncio.sleep(1.5)
        assert 900_001 not in page.seen
    finally:
        await page.close()
        await witness.close()


ENDINGS = {"logout": "/accounts/logout/", "deactivated": None}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_session_that_ends_takes_its_socket_along_within_five_seconds(stack, chat, ending):
    page, other = await page_of(stack, chat, PEOPLE[2]), await page_of(stack, chat, PEOPLE[0])
    try:
        began = time.monotonic()
        if path := ENDINGS[ending]:
            await post_form(page.session, stack.url, path)
        else:
            await asyncio.to_thread(set_active, stack, False)
        await until(lambda: 4000 in page.codes, REVOKED + 1)
        assert time.monotonic() - began <= REVOKED + 0.5
        await until(lambda: 4401 in page.codes, 5)
        assert other.codes == []
    finally:
        await asyncio.to_thread(set_active, stack, True)
        await page.close()
        await other.close()


def set_active(stack, active):
    stack.rows(
        "UPDATE organizations_membership SET is_active = %s FROM accounts_user AS u "
        "WHERE u.id = user_id AND u.email = %s RETURNING 1",
        active,
        PEOPLE[2],
    )


def test_negative_control_a_line_is_known_by_its_number():
    page = LivePage("", "", None, "")
    page._show(json.dumps({"html": "<p>live 7</p> live 12"}))
    assert page.seen == {7, 12}
