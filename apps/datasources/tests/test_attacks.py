"""Guarantee: at least 100 attacks on each engine, 0 writes, 0 files read, none longer than 5 seconds."""

import sqlite3
import time
from pathlib import Path

import psycopg
import pymysql
import pytest
from pymongo import MongoClient

from apps.datasources.engines import mongodb, mysql, postgresql, sqlite
from apps.datasources.errors import DatasourceError, QueryRefused
from apps.datasources.fuse import Deadline
from apps.datasources.tests import payloads, servers
from apps.datasources.tests.servers import CANARY, SCHEMA

EVIL = Path("/tmp/evil")
SECONDS = 5.5  # five, and the way to the server


@pytest.fixture
def file(tmp_path):
    """A file that the database server may read."""
    path = Path("/tmp") / f"pytake-canary-{tmp_path.name}"
    path.write_text(CANARY)
    path.chmod(0o644)
    yield str(path)
    path.unlink()


def failures(engine, target, attacks, state) -> list[str]:
    """What each attack did that it must not do; all in one go, since starting a server is what costs."""
    found, before = [], state()
    assert len(attacks) >= 100
    for attack in attacks:
        target.deadline, started = Deadline(), time.monotonic()
        try:
            answer = str(engine.run(target, attack, {}))
        except DatasourceError as error:
            answer = error.sentence
        took = time.monotonic() - started
        if took > SECONDS or CANARY in answer or "hunter2" in answer or EVIL.exists():
            found.append(f"{took:.1f} s: {attack[:120]} → {answer[:120]}")
    return found if state() == before else [*found, f"the data changed: {before} → {state()}"]


GENUINE = "SELECT phone FROM orders WHERE status = :status AND total > :total ORDER BY id LIMIT 10"


def genuine(engine, target):
    """Honest questions are answered, whatever stands in a value; a value is never a piece of the query."""

    def ask(query, **params):
        target.deadline = Deadline()
        return engine.run(target, query, params).rows

    assert ask(GENUINE, status="paid", total=5) == [["5511"]]
    ((odd,),) = ask("SELECT status FROM orders WHERE id = :id", id=3)
    assert ask(GENUINE, status=odd, total=-1) == [["5531"]]
    for value in ("' OR '1' = '1", "\\' OR 1 = 1 -- ", "paid'; DELETE FROM orders; --", "%", "", "\x00", "é 日本"):
        assert ask(GENUINE, status=value, total=0) == []
    with pytest.raises(QueryRefused):
        ask(GENUINE, status="paid")
    with pytest.raises(QueryRefused):
        ask("SELECT nothing FROM nowhere")
    engine.probe(target)


def trust(settings, target):
    settings.OUTBOUND_TRUSTED_ORIGINS = [f"{target.engine}://{target.host}:{target.port}"]


@pytest.mark.django_db
def test_postgresql(settings, file):
    with servers.postgresql() as target:
        trust(settings, target)
        login = {"host": target.host, "port": target.port, "user": target.username, "password": target.password}

        def state():
            with psycopg.connect(**login, dbname=target.database) as owner:
                tables = owner.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
                return sorted(tables.fetchall()), owner.execute("SELECT * FROM orders ORDER BY id").fetchall()

        genuine(postgresql, target)
        assert failures(postgresql, target, payloads.postgresql(file), state) == []
        with psycopg.connect(**login, dbname=target.database, autocommit=True) as naked:  # negative control
            assert CANARY in str(naked.execute(f"SELECT pg_read_file('{file}')").fetchall())
            naked.execute("SELECT 1; DELETE FROM orders")
            assert state()[1] == []


def test_mariadb(settings, file):
    with servers.mariadb() as target:
        trust(settings, target)
        login = {"host": target.host, "port": target.port, "user": target.username, "password": target.password}

        def state():
            with pymysql.connect(**login, database=target.database) as owner, owner.cursor() as cursor:
                cursor.execute("SHOW TABLES")
                tables = cursor.fetchall()
                cursor.execute("SELECT * FROM orders ORDER BY id")
                return tables, cursor.fetchall()

        genuine(mysql, target)
        assert failures(mysql, target, payloads.mysql(file), state) == []
        with pymysql.connect(**login, database=target.database, autocommit=True) as naked:  # negative control
            cursor = naked.cursor()
            cursor.execute(f"SELECT LOAD_FILE('{file}')")
            assert CANARY in str(cursor.fetchall())
            cursor.execute("/*! DELETE FROM orders */")
            assert state()[1] == ()


def test_sqlite(tmp_path, file):
    path = tmp_path / "customer.sqlite"
    with sqlite3.connect(path) as owner:
        for statement in SCHEMA:
            owner.execute(statement)
    owner.close()
    target = servers.Target(engine="sqlite", file=path)
    genuine(sqlite, target)
    assert failures(sqlite, target, payloads.sqlite(file), path.read_bytes) == []
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    before = path.read_bytes()
    with sqlite3.connect(path) as naked:  # negative control
        naked.execute("DELETE FROM orders")
    naked.close()
    assert path.read_bytes() != before


def test_mongodb(settings):
    with servers.mongodb() as target:
        trust(settings, target)
        owner = MongoClient(target.host, target.port, directConnection=True)
        database = owner[target.database]

        def state():
            return sorted(database.list_collection_names()), list(database["orders"].find().sort("_id"))

        asked = '{"collection": "orders", "find": {"phone": ":phone"}, "fields": {"status": 1, "_id": 0}}'
        for phone, found in (("5511", [["paid"]]), ("$status", [["odd"]]), ("*", []), (":phone", [])):
            target.deadline = Deadline()
            assert mongodb.run(target, asked, {"phone": phone}).rows == found
        mongodb.probe(target)
        assert failures(mongodb, target, payloads.mongodb(), state) == []
        database["orders"].update_many({}, {"$set": {"status": "x"}})  # negative control
        assert {each["status"] for each in state()[1]} == {"x"}
        owner.close()


def test_the_fences_behind_the_gate_hold_alone(settings, tmp_path, monkeypatch):
    """With a gate that lets everything through, read-only connections still refuse to write."""
    path = tmp_path / "customer.sqlite"
    with sqlite3.connect(path) as owner:
        owner.execute(SCHEMA[0])
    owner.close()
    for action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_CREATE_TABLE):
        assert sqlite.authorize(action, "x", None) == sqlite3.SQLITE_DENY
    assert sqlite.authorize(sqlite3.SQLITE_FUNCTION, None, "load_extension") == sqlite3.SQLITE_DENY
    connection = sqlite._connected(servers.Target(engine="sqlite", file=path), authorizer=None)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM orders")
    connection.close()
