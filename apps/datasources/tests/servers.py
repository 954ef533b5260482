"""Databases of an imaginary customer, each a real server on loopback that the test run starts and ends."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pymysql
import pytest
from pymongo import MongoClient

from django.conf import settings

from apps.datasources.engines.target import Target
from apps.ops.stack.ports import free_port
from apps.ops.stack.spawn import end, spawn

CANARY = "canary-of-a-file-on-the-server"
SCHEMA = [
    "CREATE TABLE orders (id INT PRIMARY KEY, phone VARCHAR(40), status VARCHAR(40), total INT)",
    "CREATE TABLE passwords (word VARCHAR(40))",
    "INSERT INTO orders VALUES (1, '5511', 'paid', 10), (2, '5521', 'sent', 20), (3, '5531', 'it''s \"odd\" \\\\', 30)",
    "INSERT INTO passwords VALUES ('hunter2')",
]
MARIADBD = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
SHARE = Path("/usr/share/mysql")


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="pytake-customer-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def wait_until(ready, seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            return ready()
        except (OSError, pymysql.MySQLError, RuntimeError) as error:
            if time.monotonic() > ends:
                raise RuntimeError("the customer's database did not start") from error
            time.sleep(0.05)


@contextmanager
def postgresql() -> Iterator[Target]:
    """A database of its own in the run's server, asked by its superuser: nothing but our fences is in the way."""
    known = settings.DATABASES["default"]
    name = f"customer_{os.getpid()}"
    login = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    with psycopg.connect(**login, dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(**login, dbname=name, autocommit=True) as customer:
            for statement in SCHEMA:
                customer.execute(statement.replace("\\\\", "\\"))
        try:
            yield Target(
                engine="postgresql",
                host=str(known["HOST"]),
                port=int(known["PORT"]),
                database=name,
                username=known["USER"],
                password=known["PASSWORD"],
                tls="off",
            )
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


_QUIET = ["--skip-log-bin", "--log-warnings=0"]


@contextmanager
def mariadb() -> Iterator[Target]:
    """Asked by an account with every right, FILE included."""
    if not Path(MARIADBD).exists():
        pytest.skip("no MariaDB server here: deploy/mariadb installs it")
    with folder() as home:
        owner = "nobody" if os.geteuid() == 0 else None
        data, port = home / "data", free_port()
        data.mkdir()
        if owner:
            shutil.chown(home, owner)
            shutil.chown(data, owner)
        base = [MARIADBD, "--no-defaults", f"--datadir={data}", f"--tmpdir={home}", *_QUIET]
        small = ["--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M"]
        _bootstrap([*base, *small], owner)
        where = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={home}/s", "--secure-file-priv="]
        process = spawn(
            [*base, *small, *where], environ=dict(os.environ), output=subprocess.DEVNULL, user=owner, group=None
        )
        try:
            root = {"host": "127.0.0.1", "port": port, "user": "asker", "password": "pass"}
            wait_until(lambda: pymysql.connect(**root).close())
            with pymysql.connect(**root, autocommit=True) as customer, customer.cursor() as cursor:
                for statement in ("CREATE DATABASE customer", "USE customer", *SCHEMA):
                    cursor.execute(statement)
            login = {"username": "asker", "password": "pass", "tls": "off"}
            yield Target(engine="mysql", host="127.0.0.1", port=port, database="customer", **login)
        finally:
            end(process, grace=10)


def _bootstrap(command: list[str], owner: str | None) -> None:
    """The system's tables, and the one account."""
    tables = [(SHARE / f"mysql_{name}.sql").read_text() for name in ("system_tables", "system_tables_data")]
    start = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"
    account = "FLUSH PRIVILEGES;\nCREATE USER asker@'%' IDENTIFIED BY 'pass';\nGRANT ALL ON *.* TO asker@'%';\n"
    done = subprocess.run(
        [*command, "--bootstrap"],
        input=start + "\n".join(tables) + "\n" + account,
        text=True,
        capture_output=True,
        user=owner,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def mongodb() -> Iterator[Target]:
    """A server that speaks MongoDB's protocol and keeps everything in memory."""
    with folder() as home:
        port = free_port()
        program = Path(sys.executable).parent / "nx-27017"
        command = [
            program,
            "--db",
            "memory",
            "--port",
            str(port),
            "--log-file",
            home / "log",
            "--pid-file",
            home / "pid",
        ]
        process = spawn(command, environ=dict(os.environ), output=subprocess.DEVNULL, cwd=home)
        try:
            client = MongoClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=30_000)
            orders = client["customer"]["orders"]
            orders.insert_many(
                [
                    {"_id": 1, "phone": "5511", "status": "paid", "total": 10},
                    {"_id": 2, "phone": "5521", "status": "sent", "total": 20},
                    {"_id": 3, "phone": "$status", "status": "odd", "total": 30},
                ]
            )
            client["customer"]["passwords"].insert_one({"_id": 1, "word": "hunter2"})
            client.close()
            yield Target(engine="mongodb", host="127.0.0.1", port=port, database="customer", tls="off")
        finally:
            end(process, grace=5)
