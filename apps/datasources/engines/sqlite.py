"""SQLite: a file in the company's own folder, opened read-only, with an authorizer that knows only reading."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from apps.datasources import gate
from apps.datasources.engines.target import Target
from apps.datasources.errors import ConnectionFailed, DatasourceError, QueryRefused
from apps.datasources.rows import MAX_BYTES, Rows, Scalar, collect
from apps.datasources.sentences import NO_FILE, REFUSED

_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_STEPS = 10_000  # how often the clock is looked at
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_BYTES,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
}


def run(target: Target, query: str, params: dict[str, Scalar]) -> Rows:
    tree = gate.checked(query, "sqlite")
    names = {place.name for place in gate.check_values(tree, params)}
    statement = tree.sql(dialect="sqlite", comments=False)
    connection = _connected(target)
    try:
        cursor = connection.execute(statement, {name: params[name] for name in names})
        return collect([column[0] for column in cursor.description or ()], cursor)
    except (sqlite3.Error, OverflowError) as error:
        raise _told(error, target) from error
    finally:
        connection.close()


def probe(target: Target) -> None:
    """Raises DatasourceError when the file is none of ours or no database."""
    connection = _connected(target, authorizer=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        raise ConnectionFailed(str(NO_FILE), permanent=True) from error
    finally:
        connection.close()


def authorize(action: int, first: str | None, second: str | None, *_rest: str | None) -> int:
    """Reading tables and calling functions that the gate knows; everything else is denied."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    known = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS
    return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY


_FUNCTIONS = gate.function_names("sqlite") | {"like", "glob", "date", "time", "datetime", "cast", "iif"}
_Authorizer = Callable[..., int] | None


def _connected(target: Target, authorizer: _Authorizer = authorize) -> sqlite3.Connection:
    file = _own_file(target)
    try:
        uri = f"{file.as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=1, check_same_thread=True, isolation_level=None)
        for limit, most in _LIMITS.items():
            connection.setlimit(limit, most)
        connection.executescript("PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1")
        connection.set_authorizer(authorizer)
    except sqlite3.Error as error:
        raise ConnectionFailed(str(NO_FILE), permanent=True) from error
    connection.set_progress_handler(lambda: int(target.deadline.passed), _STEPS)
    return connection


def _own_file(target: Target) -> Path:
    """A plain file, no link that leads out of the folder."""
    if target.file is None or target.file.is_symlink() or not target.file.is_file():
        raise ConnectionFailed(str(NO_FILE), permanent=True)
    return target.file


def _told(error: Exception, target: Target) -> DatasourceError:
    if target.deadline.passed:
        return target.out_of_time()
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return ConnectionFailed(str(NO_FILE), permanent=True)
    return QueryRefused(str(REFUSED) % {"why": str(error)[:200]})
