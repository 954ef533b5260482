"""Which secrets the door knows, how fresh they are, and what it says while it can't know."""

import asyncio

import pytest

from django.db import OperationalError, connection

from apps.whatsapp import door as door_module
from apps.whatsapp import signers as signers_module
from apps.whatsapp.door import Door, signature
from apps.whatsapp.journal import MAX_GROUP, MAX_GROUP_BYTES, MAX_WAITING, Journal, JournalDown, Line
from apps.whatsapp.signers import Known, SecretsUnknown, Signers, load_known
from apps.whatsapp.tests.factories import BusinessAccountFactory
from apps.whatsapp.tests.journal_helpers import call

BODY = b'{"object": "whatsapp_business_account"}'


def digest(secret: str) -> bytes:
    return signature(secret, BODY)[7:].encode()


def known(*secrets: str) -> Known:
    return Known(tuple((f"app of {secret}", secret.encode()) for secret in secrets), frozenset({"token"}))


class Source:
    """Secrets as the database would give them; counts how often it is asked."""

    def __init__(self, *secrets: str) -> None:
        self.answer: Known | Exception = known(*secrets)
        self.asked = 0

    def __call__(self) -> Known:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_known_secrets_are_not_read_again_for_each_post():
    source = Source("first")
    signers = Signers(source)
    assert [await signers.of(digest("first"), BODY) for _ in range(5)] == ["app of first"] * 5
    assert source.asked == 1


async def test_a_new_account_works_at_once_and_forgeries_reload_once_a_second(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(signers_module.time, "monotonic", lambda: clock[0])
    source = Source("first")
    signers = Signers(source)
    assert await signers.of(digest("second"), BODY) is None
    source.answer = known("first", "second")
    assert await signers.of(digest("second"), BODY) is None
    assert source.asked == 1
    clock[0] += 1.1
    assert await signers.of(digest("second"), BODY) == "app of second"
    assert source.asked == 2


async def test_a_secret_that_was_taken_away_ends_within_thirty_seconds(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(signers_module.time, "monotonic", lambda: clock[0])
    source = Source("first")
    signers = Signers(source)
    assert await signers.of(digest("first"), BODY)
    source.answer = known()
    assert await signers.of(digest("first"), BODY), "cached"
    clock[0] += 31
    assert await signers.of(digest("first"), BODY) is None


async def test_many_at_once_read_the_secrets_once():
    source = Source("first")
    signers = Signers(source)
    found = await asyncio.gather(*(signers.of(digest("first"), BODY) for _ in range(20)))
    assert set(found) == {"app of first"}
    assert source.asked == 1


async def test_while_the_database_is_away_what_is_known_still_counts_and_the_rest_is_unknown(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(signers_module.time, "monotonic", lambda: clock[0])
    source = Source("first")
    signers = Signers(source)
    await signers.of(digest("first"), BODY)
    source.answer = OperationalError("away")
    clock[0] += 5
    assert await signers.of(digest("first"), BODY) == "app of first"
    with pytest.raises(SecretsUnknown):
        await signers.of(digest("forged"), BODY)
    assert await signers.of(None, BODY) is None, "a missing signature needs no database"


async def test_unknown_secrets_are_503_for_posts_and_for_the_handshake():
    source = Source()
    source.answer = OperationalError("away")
    door = Door(signers=Signers(source))
    assert (await call(door, BODY, header=signature("first", BODY)))[0] == 503
    assert (await call(door, method="GET", query=b"hub.mode=subscribe&hub.verify_token=token"))[0] == 503
    assert (await call(door, BODY, header=None))[0] == 403


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_cannot_be_opened_is_left_out_and_named_in_the_log():
    good, bad = BusinessAccountFactory(app_secret="good", signer="good"), BusinessAccountFactory(signer="bad")
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_secret FROM whatsapp_businessaccount WHERE id = %s", [good.pk])
        foreign = cursor.fetchone()[0]
        cursor.execute("UPDATE whatsapp_businessaccount SET app_secret = %s WHERE id = %s", [foreign, bad.pk])
    assert load_known().secrets == (("good", b"good"),)


def line(size: int = 10, number: int = 0) -> Line:
    return Line(number.to_bytes(32, "big"), b"x" * size, "signer", "correlation")


async def test_more_than_the_journal_takes_is_refused_instead_of_growing_memory(monkeypatch):
    journal = Journal()
    release = asyncio.Event()

    async def slow(_lines):
        await release.wait()
        return 0

    monkeypatch.setattr(journal, "_commit", slow)
    monkeypatch.setattr("apps.whatsapp.journal.MAX_WAITING", 10)
    writers = [asyncio.create_task(journal.write(line()))]
    await asyncio.sleep(0.01)  # that one is being committed
    writers += [asyncio.create_task(journal.write(line(number=n))) for n in range(1, 11)]
    await asyncio.sleep(0)
    with pytest.raises(JournalDown):
        await journal.write(line())
    release.set()
    assert await asyncio.gather(*writers) == [None] * 11
    await journal.close()
    assert MAX_WAITING >= 1000


def test_groups_are_bounded_by_number_and_by_size():
    journal = Journal()
    journal._waiting = [(line(number=n), None) for n in range(MAX_GROUP + 10)]
    assert len(journal._next_group()) == MAX_GROUP
    assert len(journal._next_group()) == 10
    journal._waiting = [(line(MAX_GROUP_BYTES // 2), None) for _ in range(5)]
    assert len(journal._next_group()) == 3


async def test_a_poster_that_hung_up_disturbs_nobody(monkeypatch):
    journal = Journal()

    async def stored(_lines):
        await asyncio.sleep(0.01)

    monkeypatch.setattr(journal, "_commit", stored)
    gone, stays = asyncio.create_task(journal.write(line())), asyncio.create_task(journal.write(line(number=1)))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    await journal.close()


async def test_a_commit_that_hangs_ends_in_journal_down(monkeypatch):
    journal = Journal()
    monkeypatch.setattr("apps.whatsapp.journal.WRITE_SECONDS", 0.02)
    monkeypatch.setattr(journal, "_commit", lambda _lines: asyncio.sleep(5))
    with pytest.raises(JournalDown):
        await journal.write(line())


async def test_a_commit_during_a_wake_up_asks_for_one_more(monkeypatch):
    woken = []
    monkeypatch.setattr(door_module, "wake", woken.append)
    door = Door()
    door._wake()
    await asyncio.sleep(0)
    door._wake()
    door._wake()
    await door._waking
    assert woken == ["whatsapp.drain"] * 2
