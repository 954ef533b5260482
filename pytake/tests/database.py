"""pytest plugin: a run migrates one database and copies it, and a test that commits leaves nothing behind.

Migrating takes twenty times as long as copying, and Django's own flush makes every permission anew each time.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from threading import Thread
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from pytest_django import DjangoDbBlocker

from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from apps.ops.stack.house import ROOT
from pytake.tests.servers import INHERITED

TEMPLATE, UNFINISHED = "pytake_migrated", "pytake_migrating"
KEPT = {"django_content_type", "auth_permission"}


def new_database(name: str, template: str = "template1") -> str:
    """Made anew on the run's server; returns its URL."""
    server = os.environ[INHERITED]
    with psycopg.connect(server, autocommit=True) as door:
        names = [sql.Identifier(part) for part in (name, template)]
        door.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
        door.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def migrated() -> str:
    """The name of the migrated database; whoever comes first makes it, the others wait."""
    with psycopg.connect(os.environ[INHERITED], autocommit=True) as door:
        door.execute("SELECT pg_advisory_lock(1)")
        if door.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone() is None:
            environ = {**os.environ, "DATABASE_URL": new_database(UNFINISHED)}
            environ.pop(INHERITED)
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environ, check=True)
            names = [sql.Identifier(name) for name in (UNFINISHED, TEMPLATE)]
            door.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))
    return TEMPLATE


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For fixtures whose rows all tests of a file share: they go with the file; each test undoes only its own changes.

    What such a fixture gives must be complete: rows that a test adds to it are undone while its objects stay.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)


def sweep(case: Any) -> None:
    """Empties the tables that have rows; replaces `TransactionTestCase._fixture_teardown`."""
    quote = connection.ops.quote_name
    asked = [f"SELECT {at} WHERE EXISTS (SELECT FROM {quote(name)})" for at, name in enumerate(_tables())]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        filled = [_tables()[at] for (at,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign keys, no triggers
        for name in filled:
            cursor.execute(f"DELETE FROM {quote(name)}")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", 0):  # several processes: begun while they still collect
        Thread(target=migrated, daemon=True).start()
    TransactionTestCase._fixture_teardown = sweep  # type: ignore[attr-defined]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported stays: the collector need not walk it again and again."""
    if hasattr(session.config, "workerinput"):  # one process alone migrates as quickly as it could copy
        settings.DATABASES["default"].setdefault("TEST", {}).update(TEMPLATE=migrated(), MIGRATE=False)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
