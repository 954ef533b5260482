"""`run` asks a company's database; `test` says whether it can be asked."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from apps.core.clock import now
from apps.datasources import gate
from apps.datasources.engines import mongodb, mysql, postgresql, sqlite
from apps.datasources.engines.target import Target
from apps.datasources.errors import ConnectionFailed, DatasourceError, QueryRefused
from apps.datasources.files import file_of
from apps.datasources.fuse import Deadline
from apps.datasources.models import Connection
from apps.datasources.rows import Rows, Scalar, checked_params
from apps.vault.sealing import Unreadable
from apps.vault.services import WrongScope

_ENGINES: dict[str, Any] = {
    Connection.Engine.POSTGRESQL: postgresql,
    Connection.Engine.MYSQL: mysql,
    Connection.Engine.MONGODB: mongodb,
    Connection.Engine.SQLITE: sqlite,
}
_DIALECTS: dict[str, str] = {
    Connection.Engine.POSTGRESQL: "postgres",
    Connection.Engine.MYSQL: "mysql",
    Connection.Engine.SQLITE: "sqlite",
}


def run(connection: Connection, query: str, params: Mapping[str, Any]) -> Rows:
    """One read-only question: at most 5 s, 1,000 rows and 1 MB. Called in the tenant's scope.

    SQL has variables as `:name`, MongoDB as `":name"`; `params` are their plain values. Raises DatasourceError, whose
    `sentence` is for people.
    """
    return prepared(connection, query, params)()


def prepared(connection: Connection, query: str, params: Mapping[str, Any]) -> Callable[[], Rows]:
    """The same in two halves: what is returned asks the customer's database and never ours, so a thread may call it."""
    try:
        values = checked_params(dict(params))
    except TypeError as error:
        raise QueryRefused(_("A variable is a list or an object; only texts and numbers can be asked for.")) from error
    engine, target = _ENGINES[connection.engine], _target(connection)

    def ask() -> Rows:
        started = time.monotonic()
        target.deadline = Deadline()
        rows: Rows = engine.run(target, query, values)
        return replace(rows, ms=int((time.monotonic() - started) * 1000))

    return ask


def check(connection: Connection, query: str, names: Iterable[str]) -> None:
    """Raises QueryRefused for a query that would never be sent, or that asks for other variables than `names`."""
    values: dict[str, Scalar] = dict.fromkeys(names, "")
    if connection.engine == Connection.Engine.MONGODB:
        mongodb.prepared(query, values)
    else:
        gate.check_values(gate.checked(query, _DIALECTS[connection.engine]), values)


def test(connection: Connection) -> str:
    """Empty when it can be asked, else the sentence that says why not; both are remembered."""
    try:
        _ENGINES[connection.engine].probe(_target(connection))
        problem = ""
    except DatasourceError as error:
        problem = error.sentence
    connection.checked_at, connection.problem = now(), problem[:300]
    connection.save(update_fields=["checked_at", "problem"])
    return problem


def _target(connection: Connection) -> Target:
    """Secrets are opened here, before the deadline of the engine has begun to count for long."""
    try:
        password = connection.reveal_password()
    except (Unreadable, WrongScope) as error:
        sentence = _("The password cannot be used. Type it again, or choose a secret for databases.")
        raise ConnectionFailed(sentence, permanent=True) from error
    return Target(
        engine=connection.engine,
        host=connection.host,
        port=connection.effective_port,
        database=connection.database,
        username=connection.username,
        password=password,
        tls=connection.tls,
        file=file_of(connection) if connection.engine == Connection.Engine.SQLITE else None,
    )
