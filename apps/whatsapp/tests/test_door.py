"""The webhook door: what is not proven to be Meta's leaves no row; what is acknowledged is durable."""

import asyncio
import json

import psycopg
import pytest
from asgiref.sync import sync_to_async

from apps.whatsapp import door as door_module
from apps.whatsapp import signers
from apps.whatsapp.door import MAX_BODY, Door, signature
from apps.whatsapp.journal import Journal
from apps.whatsapp.models import WebhookDelivery
from apps.whatsapp.tests.factories import APP_SECRET, BusinessAccountFactory
from apps.whatsapp.tests.journal_helpers import SIGNER, call, no_open_connections, post_signed
from apps.whatsapp.tests.samples import text_body

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_open_connections")]
__all__ = ["no_open_connections"]


@pytest.fixture
def woken(monkeypatch):
    """Names of the tasks that the door woke."""
    tasks = []
    monkeypatch.setattr(door_module, "wake", tasks.append)
    return tasks


@pytest.fixture
def account(db):
    return BusinessAccountFactory(verify_token="let-me-in")


@pytest.fixture
async def bare_door(db, woken, no_open_connections):
    """A door over whatever accounts there are."""
    made = Door()
    yield made
    await made.close()


@pytest.fixture
async def door(account, bare_door):
    return bare_door


def stored() -> list[WebhookDelivery]:
    return list(WebhookDelivery.objects.order_by("id"))


async def astored():
    return [row async for row in WebhookDelivery.objects.order_by("id")]


async def test_a_genuine_delivery_is_one_durable_row_and_wakes_the_worker(door, woken):
    body = text_body("Olá")
    assert await post_signed(door, body) == 200
    (row,) = await astored()
    assert (bytes(row.body), row.signer, row.state) == (body, SIGNER, WebhookDelivery.State.NEW)
    assert row.correlation_id
    await asyncio.sleep(0.05)
    assert woken == ["whatsapp.drain"]


GOOD = signature(APP_SECRET, text_body())
FORGED = {
    "missing": None,
    "empty": "",
    "another secret": signature("someone-elses-secret", text_body()),
    "signature of another body": signature(APP_SECRET, text_body("Outra")),
    "no prefix": GOOD.removeprefix("sha256="),
    "sha1": "sha1=" + GOOD[7:],
    "cut short": GOOD[:-1],
    "one too long": GOOD + "0",
    "upper case": "sha256=" + GOOD[7:].upper(),
    "no hex": "sha256=" + "ü" * 64,
    "one digit wrong": GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
async def test_what_is_not_signed_by_a_known_app_leaves_no_row(door, woken, header):
    status, body = await call(door, text_body(), header=header)
    assert (status, body) == (403, b"")
    assert await astored() == []
    assert woken == []


async def test_negative_control_without_the_comparison_a_forged_one_would_be_kept(door, monkeypatch):
    monkeypatch.setattr(signers, "_match", lambda known, digest, body: SIGNER)
    assert (await call(door, text_body(), header=FORGED["another secret"]))[0] == 200
    assert len(await astored()) == 1


async def test_without_any_configured_secret_everything_is_refused(bare_door):
    door = bare_door
    assert (await call(door, text_body(), header=GOOD))[0] == 403
    assert (await call(door, text_body(), header=signature("", text_body())))[0] == 403
    assert await astored() == []


async def test_an_empty_app_secret_is_no_secret(bare_door):
    await sync_to_async(BusinessAccountFactory)(app_secret="", signer="x")
    assert (await call(bare_door, text_body(), header=signature("", text_body())))[0] == 403


async def test_the_same_body_again_is_acknowledged_and_stored_once(door):
    body = text_body()
    assert [await post_signed(door, body) for _ in range(3)] == [200, 200, 200]
    assert await asyncio.gather(*(post_signed(door, body) for _ in range(20))) == [200] * 20
    assert len(await astored()) == 1


async def test_two_apps_may_post_here_and_each_is_named(door):
    await sync_to_async(BusinessAccountFactory)(app_secret="second", signer="the-second-app")
    assert await post_signed(door, text_body("a")) == 200
    assert await post_signed(door, text_body("b"), "second") == 200
    assert [row.signer for row in await astored()] == [SIGNER, "the-second-app"]


HOSTILE = {
    "empty": b"",
    "no json": b"\x00\xff not json",
    "100,000 levels": b"[" * 100_000 + b"]" * 100_000,
    "a number of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "lone surrogate": b'{"a": "\\ud800"}',
    "nan": b'{"a": NaN}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_signed_nonsense_is_kept_for_the_journal_to_judge(door, body):
    assert await post_signed(door, body) == 200
    assert bytes((await astored())[0].body) == body


async def test_three_megabytes_pass_and_more_than_four_do_not(door):
    big = json.dumps({"pad": "x" * (3 * 1024 * 1024)}).encode()
    assert await post_signed(door, big) == 200
    assert await post_signed(door, b"x" * MAX_BODY) == 200
    assert await post_signed(door, b"x" * (MAX_BODY + 1)) == 413
    assert len(await astored()) == 2


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH"])
async def test_other_methods_are_not_known_here(door, method):
    assert (await call(door, method=method))[0] == 405


HANDSHAKES = {
    b"hub.mode=subscribe&hub.verify_token=let-me-in&hub.challenge=1158201444": (200, b"1158201444"),
    b"hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1": (403, b""),
    b"hub.mode=subscribe&hub.verify_token=&hub.challenge=1": (403, b""),
    b"hub.mode=unsubscribe&hub.verify_token=let-me-in&hub.challenge=1": (403, b""),
    b"hub.verify_token=%ED%A0%80&hub.mode=subscribe": (403, b""),
    b"": (403, b""),
}


@pytest.mark.parametrize(("query", "answer"), HANDSHAKES.items())
async def test_the_handshake_echoes_the_challenge_for_a_known_token_only(door, query, answer):
    assert await call(door, method="GET", query=query) == answer


async def test_an_account_without_a_token_answers_no_handshake_with_an_empty_one(bare_door):
    await sync_to_async(BusinessAccountFactory)(verify_token="")
    assert (await call(bare_door, method="GET", query=b"hub.mode=subscribe&hub.verify_token=&hub.challenge=1"))[
        0
    ] == 403


async def test_posts_at_once_share_commits(door, monkeypatch):
    sizes = []
    commit = Journal._commit

    async def counted(self, lines):
        sizes.append(len(lines))
        return await commit(self, lines)

    monkeypatch.setattr(Journal, "_commit", counted)
    await post_signed(door, text_body("warm"))
    assert set(await asyncio.gather(*(post_signed(door, text_body(f"{n}")) for n in range(100)))) == {200}
    assert len(await astored()) == 101
    assert sum(sizes) == 101
    assert len(sizes) < 20


async def test_a_database_that_is_away_is_503_and_never_a_false_200(door, monkeypatch):
    assert await post_signed(door, text_body("before")) == 200
    await door.journal._drop_connection()

    def refuse(**_):
        raise psycopg.OperationalError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr("apps.whatsapp.journal.psycopg.AsyncConnection.connect", refuse)
        assert await post_signed(door, text_body("during")) == 503
    assert await post_signed(door, text_body("after")) == 200
    assert [b"during" in bytes(row.body) for row in await astored()] == [False, False]


async def test_a_killed_connection_costs_one_503_and_then_it_works_again(door):
    assert await post_signed(door, text_body("one")) == 200
    await door.journal._connection.close()
    assert await post_signed(door, text_body("two")) == 503
    assert await post_signed(door, text_body("two")) == 200
    assert len(await astored()) == 2
