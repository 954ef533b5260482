"""PostgreSQL: extended protocol with bound values, in a transaction that is read-only."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import errors
from sqlglot import exp

from apps.datasources import gate
from apps.datasources.engines.target import Target
from apps.datasources.errors import ConnectionFailed, DatasourceError, QueryRefused
from apps.datasources.rows import Rows, Scalar, collect
from apps.datasources.sentences import FORBIDDEN, LOGIN, NO_DATABASE, NO_TLS, REFUSED

_TLS = {"verify": "verify-full", "require": "require", "off": "disable"}
_MARGIN = 0.3  # the server is to give up a little before our own fence does


def run(target: Target, query: str, params: dict[str, Scalar]) -> Rows:
    statement, values = prepared(query, params)
    with _connected(target) as connection, target.deadline.cutting(connection.fileno()):
        try:
            return _read(connection, target, statement, values)
        except psycopg.Error as error:
            raise _told(error, target) from error


def probe(target: Target) -> None:
    """Raises DatasourceError when no conversation is possible."""
    run(target, "SELECT 1", {})


def prepared(query: str, params: dict[str, Scalar]) -> tuple[str, list[str | None]]:
    """The statement written anew with `$1`, and its values as text: PostgreSQL knows the type that each place needs."""
    tree = gate.checked(query, "postgres")
    places = gate.check_values(tree, params)
    names = list(dict.fromkeys(place.name for place in places))
    for place in places:
        place.replace(exp.Parameter(this=exp.Literal.number(names.index(place.name) + 1)))
    return tree.sql(dialect="postgres", comments=False), [_written(params[name]) for name in names]


def _written(value: Scalar) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value).replace("\x00", "")


def _connected(target: Target) -> psycopg.Connection[Any]:
    pinned = target.pinned()
    options: dict[str, Any] = {
        "host": pinned.host,
        "hostaddr": pinned.address,
        "port": pinned.port,
        "dbname": target.database,
        "user": target.username,
        "password": target.password,
        "sslmode": _TLS[target.tls],
        "connect_timeout": max(2, min(4, int(target.deadline.left))),
        "application_name": "PyTake",
        "passfile": "/dev/null",
        "gssencmode": "disable",
        "target_session_attrs": "any",
        "client_encoding": "utf8",
    }
    if target.tls == "verify":
        options["sslrootcert"] = "system"
    try:
        return psycopg.connect(**options, cursor_factory=psycopg.RawCursor)
    except psycopg.Error as error:
        raise _not_connected(error, target) from error


def _read(connection: psycopg.Connection[Any], target: Target, statement: str, values: list[str | None]) -> Rows:
    connection.read_only = True
    milliseconds = int(max(target.deadline.left - _MARGIN, 0.1) * 1000)
    cursor = connection.cursor()
    cursor.execute("SELECT set_config('statement_timeout', $1, true)", [str(milliseconds)])
    cursor.execute("SELECT set_config('standard_conforming_strings', 'on', true)")
    stream = cursor.stream(statement, values)
    first = next(stream, None)
    columns = [column.name for column in cursor.description or ()]
    return collect(columns, _chain(first, stream))


def _chain(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
        yield from rest


def _not_connected(error: psycopg.Error, target: Target) -> DatasourceError:
    if target.deadline.passed or isinstance(error, errors.ConnectionTimeout):
        return target.unreachable()
    said = str(error).lower()
    if "password" in said or "authentication" in said or "role" in said:
        return ConnectionFailed(str(LOGIN), permanent=True)
    if "database" in said and "does not exist" in said:
        return ConnectionFailed(str(NO_DATABASE), permanent=True)
    if "ssl" in said or "certificate" in said:
        return ConnectionFailed(str(NO_TLS), permanent=True)
    return target.unreachable()


def _told(error: psycopg.Error, target: Target) -> DatasourceError:
    if isinstance(error, errors.QueryCanceled) or target.deadline.passed:
        return target.out_of_time()
    why = {"why": (error.diag.message_primary or type(error).__name__)[:200]}
    if isinstance(error, errors.InsufficientPrivilege):
        return QueryRefused(str(FORBIDDEN) % why)
    if isinstance(error, psycopg.OperationalError) and not error.diag.message_primary:
        return target.unreachable()
    return QueryRefused(str(REFUSED) % why)
