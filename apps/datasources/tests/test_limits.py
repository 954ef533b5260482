"""What is asked for, what comes back, and how every failure sounds, without a server."""

import contextlib
import datetime
import socket
import threading
import time
from decimal import Decimal

import pytest

from apps.core.http import BlockedAddress, TransportError, pin
from apps.core.tests.ssrf_targets import TARGETS
from apps.datasources import query
from apps.datasources.engines import mongodb, mysql, postgresql
from apps.datasources.engines.target import Target
from apps.datasources.errors import ConnectionFailed, DatasourceError, QueryRefused
from apps.datasources.fuse import Deadline
from apps.datasources.rows import MAX_ROWS, checked_params, collect, plain
from apps.datasources.tests.factories import ConnectionFactory
from apps.organizations.tenancy import tenant_scope

SERVERS = [(postgresql, "postgresql", "SELECT 1"), (mysql, "mysql", "SELECT 1")]
SERVERS += [(mongodb, "mongodb", '{"collection": "a", "find": {}}')]


def test_rows_stop_at_a_thousand_and_at_a_megabyte():
    many = collect(["n"], ([number] for number in range(5_000)))
    assert (len(many.rows), many.truncated) == (MAX_ROWS, True)
    wide = collect(["n"], (["x" * 90_000] for _ in range(100)))
    assert (10 <= len(wide.rows) <= 11, wide.truncated) == (True, True)
    assert collect(["n"], [[1]]).truncated is False


def test_every_value_becomes_plain_json():
    moment = datetime.datetime(2026, 1, 2, 3, 4)
    values = [None, True, 2**60, 1.5, float("nan"), Decimal("1.10"), moment, b"\x00\xff", {"a": [moment]}, "é"]
    wanted = [None, True, str(2**60), 1.5, "nan", "1.10", "2026-01-02T03:04:00", "AP8="]
    assert [plain(value) for value in values] == [*wanted, {"a": ["2026-01-02T03:04:00"]}, "é"]


def test_a_variable_is_a_plain_value():
    assert checked_params({"a": 1, "b": Decimal("1.5")}) == {"a": 1, "b": "1.5"}
    for value in ({"$ne": 1}, [1], object(), float("inf")):
        with pytest.raises(TypeError):
            checked_params({"a": value})


@pytest.mark.django_db
def test_an_object_in_a_variable_is_refused_before_anything_is_opened():
    connection = ConnectionFactory(engine="mongodb", host="db.example.com", database="d")
    with tenant_scope(connection.organization), pytest.raises(QueryRefused):
        query.run(connection, '{"collection": "a", "find": {"b": ":c"}}', {"c": {"$ne": None}})


def test_private_addresses_are_not_connected_to(settings):
    settings.OUTBOUND_TRUSTED_ORIGINS = []
    reached = []
    for host in TARGETS:
        for engine, name, text in SERVERS:
            try:
                engine.run(Target(engine=name, host=host.strip("[]"), port=1), text, {})
                reached.append((host, name))
            except DatasourceError as error:
                if not isinstance(error, ConnectionFailed) or not isinstance(error.__cause__, TransportError):
                    reached.append((host, name, repr(error.__cause__)))
    assert reached == []


def test_a_name_with_a_private_face_is_not_connected_to(settings, monkeypatch):
    settings.OUTBOUND_TRUSTED_ORIGINS = []
    faces = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 5432)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: faces)
    with pytest.raises(BlockedAddress):
        pin("postgresql", "two.example.com", 5432)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: faces[:1])
    pinned = pin("postgresql", "one.example.com", 5432)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: faces[1:])  # rebound: nobody asks again
    assert pinned.address == "93.184.216.34"


def test_silent_and_foreign_servers_end_as_one_sentence(settings):
    """One that says nothing and one that speaks HTTP; both within the deadline."""
    for said in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            kept: list[socket.socket] = []

            def serve(listener=listener, kept=kept, said=said) -> None:
                while True:
                    try:
                        guest, _address = listener.accept()
                    except OSError:
                        return
                    kept.append(guest)
                    with contextlib.suppress(OSError):
                        guest.sendall(said)

            server = threading.Thread(target=serve, daemon=True)
            server.start()
            settings.OUTBOUND_TRUSTED_ORIGINS = [f"{name}://127.0.0.1:{port}" for _, name, _ in SERVERS]
            for engine, name, text in SERVERS:
                target = Target(engine=name, host="127.0.0.1", port=port, database="d", username="u", tls="off")
                target.deadline, started = Deadline(2.5), time.monotonic()
                with pytest.raises(DatasourceError) as told:
                    engine.run(target, text, {})
                assert told.value.sentence
                assert time.monotonic() - started < 5
            listener.shutdown(socket.SHUT_RDWR)
            server.join(5)
        for guest in kept:
            guest.close()
