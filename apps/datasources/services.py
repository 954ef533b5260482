"""Verbs of database connections, each audited; no event holds a credential."""

from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.datasources import files
from apps.datasources.models import Connection
from apps.datasources.usage import uses
from apps.organizations.models import Membership


@transaction.atomic
def save(connection: Connection, *, actor: Membership, password: str = "", upload: Any = None) -> Connection:
    """An empty `password` keeps the one that is there; a chosen secret replaces it."""
    if connection._state.adding:
        connection.created_by = actor
    if password:
        connection.password = password
    if connection.secret_id or connection.engine == Connection.Engine.SQLITE:
        connection.password = ""
    connection.checked_at, connection.problem = None, ""
    connection.save()
    record("connection.saved", actor=actor, target=connection.name, engine=connection.engine, host=connection.host)
    if upload is not None:
        files.store(connection, upload)
    return connection


def delete(connection: Connection, *, actor: Membership) -> None:
    """Raises ValidationError that names every use while there is one."""
    uses.refuse(connection, connection.name)
    with transaction.atomic():
        record("connection.deleted", actor=actor, target=connection.name)
        path = files.file_of(connection)
        connection.delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
