"""MySQL and MariaDB: values written as hexadecimal digits, no LOAD DATA, a transaction that is read-only.

The protocol for text statements carries no values of its own. A value is therefore put into the checked tree as a hex
literal, which has no quotes to get wrong; the server reads it as text.
"""

import ssl
import struct
from collections.abc import Iterator
from typing import Any

import pymysql
from pymysql.constants import CR, ER
from pymysql.cursors import SSCursor
from sqlglot import exp

from apps.datasources import gate
from apps.datasources.engines.target import Target
from apps.datasources.errors import ConnectionFailed, DatasourceError, QueryRefused
from apps.datasources.rows import Rows, Scalar, collect
from apps.datasources.sentences import ANOTHER, FORBIDDEN, LOGIN, NO_DATABASE, NO_TLS, REFUSED

_LOGIN = {ER.ACCESS_DENIED_ERROR, 1698, 1045}
_FORBIDDEN = {ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR, ER.SPECIFIC_ACCESS_DENIED_ERROR}
_TOO_SLOW = {1969, 3024, 1317}  # MariaDB max_statement_time, MySQL max_execution_time, interrupted
_MARGIN = 0.3
_SESSION = (
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'",
    "SET SESSION TRANSACTION READ ONLY",
)
Driver = Any  # pymysql has no types


def run(target: Target, query: str, params: dict[str, Scalar]) -> Rows:
    statement = prepared(query, params)
    connection = _connected(target)
    try:
        with target.deadline.cutting(connection._sock.fileno()):
            return _read(connection, target, statement)
    except (pymysql.MySQLError, RuntimeError, OSError, struct.error, IndexError) as error:
        raise _told(error, target) from error
    finally:
        connection._force_close()  # rows that nobody reads are not fetched


def probe(target: Target) -> None:
    """Raises DatasourceError when no conversation is possible."""
    run(target, "SELECT 1", {})


def prepared(query: str, params: dict[str, Scalar]) -> str:
    tree = gate.checked(query, "mysql")
    for place in gate.check_values(tree, params):
        place.replace(_written(params[place.name]))
    return tree.sql(dialect="mysql", comments=False)


def _written(value: Scalar) -> exp.Expression:
    if value is None:
        return exp.Null()
    if isinstance(value, bool | int | float):
        number = exp.Literal.number(abs(int(value) if isinstance(value, bool) else value))
        return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number
    return exp.Cast(
        this=exp.HexString(this=value.encode().hex()) if value else exp.Literal.string(""),
        to=exp.DataType.build("CHAR CHARACTER SET utf8mb4", dialect="mysql"),
    )


def _connected(target: Target) -> Driver:
    pinned = target.pinned()
    connection: Driver = pymysql.connections.Connection(
        host=pinned.host,
        port=pinned.port,
        user=target.username,
        password=target.password,
        database=target.database or None,
        charset="utf8mb4",
        local_infile=False,
        connect_timeout=3,
        read_timeout=5,
        write_timeout=5,
        ssl=_context(target.tls),
        ssl_disabled=target.tls == "off",
        cursorclass=SSCursor,
        defer_connect=True,
    )
    try:
        plain = pinned.connect(min(3.0, target.deadline.left))
        with target.deadline.cutting(plain.fileno()):
            connection.connect(plain)
    except ssl.SSLError as error:
        raise ConnectionFailed(str(NO_TLS), permanent=True) from error
    except (pymysql.MySQLError, OSError, struct.error, IndexError, UnicodeError) as error:
        raise _not_connected(error, target) from error
    return connection


def _context(tls: str) -> ssl.SSLContext | None:
    if tls == "off":
        return None
    context = ssl.create_default_context()
    if tls == "require":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _read(connection: Driver, target: Target, statement: str) -> Rows:
    seconds = max(target.deadline.left - _MARGIN, 0.1)
    is_mariadb = "mariadb" in str(connection.get_server_info()).lower()
    limit = f"max_statement_time = {seconds:.3f}" if is_mariadb else f"max_execution_time = {int(seconds * 1000)}"
    with connection.cursor(pymysql.cursors.Cursor) as plain:
        for setting in (*_SESSION, f"SET SESSION {limit}", "START TRANSACTION READ ONLY"):
            plain.execute(setting)
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        return collect([str(column[0]) for column in cursor.description or ()], _rows(cursor))
    finally:
        _abandon(connection, cursor)


def _abandon(connection: Driver, cursor: Any) -> None:
    """Rows that nobody wants are not waited for: the connection is closed next."""
    cursor.connection = None
    if connection._result is not None:
        connection._result.unbuffered_active = False


def _rows(cursor: Any) -> Iterator[Any]:
    while (row := cursor.fetchone()) is not None:
        yield row


def _code(error: Exception) -> int:
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def _not_connected(error: Exception, target: Target) -> DatasourceError:
    code, said = _code(error), str(error).lower()
    if code in _LOGIN:
        return ConnectionFailed(str(LOGIN), permanent=True)
    if code in (ER.BAD_DB_ERROR, ER.DBACCESS_DENIED_ERROR):
        return ConnectionFailed(str(NO_DATABASE), permanent=True)
    if "ssl" in said or "certificate" in said:
        return ConnectionFailed(str(NO_TLS), permanent=True)
    if isinstance(error, struct.error | IndexError | UnicodeError | pymysql.InternalError):
        return ConnectionFailed(str(ANOTHER), permanent=True)
    return target.unreachable()


def _told(error: Exception, target: Target) -> DatasourceError:
    code = _code(error)
    if target.deadline.passed or code in _TOO_SLOW:
        return target.out_of_time()
    if code in (CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR) or isinstance(error, OSError):
        return target.unreachable()
    if not isinstance(error, pymysql.MySQLError):
        return ConnectionFailed(str(ANOTHER), permanent=True)
    why = {"why": str(error.args[-1])[:200] if error.args else type(error).__name__}
    return QueryRefused(str(FORBIDDEN if code in _FORBIDDEN else REFUSED) % why)
