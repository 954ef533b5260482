"""A sealed column: plaintext goes in, only `reveal()` gets it out, and nothing prints it."""

import io
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from apps.core import logs
from apps.organizations.tests.factories import OrganizationFactory
from apps.vault.fields import SealedText, SealedTextField
from apps.vault.sealing import Unreadable

pytestmark = pytest.mark.django_db
CANARY = "canary-EAAG-token-7f3a"


@pytest.fixture
def account() -> Iterator[Any]:
    """A model with a sealed column (and a bare one, for the negative control), and its table."""
    with isolate_apps("apps.vault"):

        class Account(models.Model):
            organization_id = models.UUIDField()
            token = SealedTextField()
            bare = models.CharField(max_length=50, default="")

            class Meta:
                app_label = "vault"

            def __str__(self) -> str:
                return "account"

        with connection.schema_editor() as editor:
            editor.create_model(Account)
        yield Account


@pytest.fixture
def row(account):
    return account.objects.create(organization_id=OrganizationFactory.create().pk, token=CANARY, bare=CANARY)


def stored(row: Any, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])
        value = cursor.fetchone()[0]
    return value.encode() if isinstance(value, str) else bytes(value)


def test_the_database_holds_no_plaintext(row) -> None:
    assert CANARY.encode() not in stored(row, "token")
    assert CANARY.encode() in stored(row, "bare")  # negative control: this is how it would look


def test_reveal_gives_it_back_before_and_after_a_reload(row, account) -> None:
    assert row.token.reveal() == CANARY
    assert account.objects.get(pk=row.pk).token.reveal() == CANARY
    row.refresh_from_db()
    assert row.token.reveal() == CANARY


def test_saving_again_keeps_it_and_a_new_text_replaces_it(row, account) -> None:
    before = stored(row, "token")
    account.objects.get(pk=row.pk).save()
    assert stored(row, "token") == before
    row.token = "another"
    row.save()
    assert account.objects.get(pk=row.pk).token.reveal() == "another"


def test_rows_written_in_bulk_are_sealed_too(row, account) -> None:
    made = account.objects.bulk_create([account(organization_id=row.organization_id, token=CANARY)])[0]
    assert CANARY.encode() not in stored(made, "token")
    assert account.objects.get(pk=made.pk).token.reveal() == CANARY


def test_an_update_cannot_write_plaintext_by_mistake(row, account) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        account.objects.filter(pk=row.pk).update(token=CANARY)
    assert row.token.reveal() == CANARY


def test_an_empty_secret_is_empty(row, account) -> None:
    row.token = ""
    row.save()
    found = account.objects.get(pk=row.pk)
    assert not found.token
    assert found.token.reveal() == ""
    assert row.organization_id
    assert not account(organization_id=row.organization_id).token


def test_a_row_moved_to_another_organization_does_not_open(row, account) -> None:
    account.objects.filter(pk=row.pk).update(organization_id=OrganizationFactory.create().pk)
    with pytest.raises(Unreadable):
        account.objects.get(pk=row.pk).token.reveal()


def shown(value: Any) -> Iterator[str]:
    yield from (str(value), repr(value), f"{value}", f"{value!r}", f"{str(value):>40}")
    yield repr([value]) + repr({"token": value}) + json.dumps({"token": value}, default=str)


def test_no_way_of_printing_shows_it(row, account) -> None:
    for secret in (row.token, account.objects.get(pk=row.pk).token):
        assert all(CANARY not in text for text in shown(secret))
        assert set(shown(secret)) & {"<sealed>"}
    assert any(CANARY in text for text in shown(row.bare))  # negative control: a bare text is shown


def test_a_pickled_secret_is_still_sealed(row) -> None:
    again = pickle.loads(pickle.dumps(row.token, protocol=4))
    assert CANARY.encode() not in pickle.dumps(row.token)
    assert again.reveal() == CANARY


@pytest.mark.parametrize(("column", "is_shown"), [("token", False), ("bare", True)])
def test_logs_do_not_show_it(row, column: str, is_shown: bool) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    logger = logging.getLogger("apps.vault.test")
    logger.addHandler(handler)
    try:
        logs.get_logger("apps.vault.test").error(
            "connected", account=getattr(row, column), everything=[vars(row)[column]]
        )
        logger.error("connected with %s", getattr(row, column))
    finally:
        logger.removeHandler(handler)
    assert out.getvalue().count("connected") == 2
    assert (CANARY in out.getvalue()) is is_shown


def test_tracebacks_with_their_variables_do_not_show_it() -> None:
    secret = SealedText(OrganizationFactory.create().pk, b"\0" * 40)
    try:
        secret.reveal()
    except Unreadable as error:
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "<sealed>" in "".join(report.format())
