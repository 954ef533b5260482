"""SQL that the ORM builds once. Building it costs the ORM more than PostgreSQL needs to answer a look-up by key."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import psycopg

from django.db import connection
from django.db.models import QuerySet


class Compiled:
    """What `make(*keys)`, a `values_list` queryset, gives for other keys (UUIDs), as a prepared statement.

    `make` runs once, with made-up keys, and must use every one of them as an exact value.
    """

    def __init__(self, keys: int, make: Callable[..., "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self._made_up = [uuid4() for _ in range(keys)]
        self._make = make

    @cached_property
    def _plan(self) -> tuple[str, list[Any]]:
        sql, parameters = self._make(*self._made_up).query.sql_with_params()
        return sql, list(parameters)

    def __call__(self, *keys: UUID) -> list[tuple[Any, ...]]:
        sql, parameters = self._plan
        given = dict(zip(self._made_up, keys, strict=True))
        values = [given.get(value, value) if isinstance(value, UUID) else value for value in parameters]
        connection.ensure_connection()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            return cursor.execute(sql, values, prepare=True).fetchall()
