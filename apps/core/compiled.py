"""Prepared SQL, built once. Building it costs the ORM more than PostgreSQL needs to answer a look-up by key."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import psycopg

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


def prepared(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that is planned once in a connection; `sql` is a constant of the code."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, values, prepare=True).fetchall()


class Compiled:
    """What `make(*keys)`, a `values_list` queryset, gives for other keys (UUIDs), as a prepared statement.

    `make` runs once, with made-up keys, and must use every one of them as an exact value.
    """

    def __init__(self, keys: int, make: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self._made_up = [uuid4() for _ in range(keys)]
        self._make = make

    @cached_property
    def _plan(self) -> tuple[str, list[Any]]:
        sql, parameters = self._make(*self._made_up).query.sql_with_params()
        return sql, list(parameters)

    def __call__(self, *keys: UUID) -> list[tuple[Any, ...]]:
        sql, parameters = self._plan
        given = dict(zip(self._made_up, keys, strict=True))
        return prepared(sql, [given.get(value, value) if isinstance(value, UUID) else value for value in parameters])


class CompiledModel(Generic[M]):
    """The same for one model, with what its queryset selects along."""

    def __init__(self, keys: int, make: Callable[..., "QuerySet[M]"]) -> None:
        self._rows = Compiled(keys, make)
        self._make: Callable[[], QuerySet[M]] = lambda: make(*(uuid4() for _ in range(keys)))

    @cached_property
    def _shape(self) -> tuple[Any, list[str], list[Any]]:
        queryset: Any = self._make()
        compiler = queryset.query.get_compiler(connection=connection)
        compiler.as_sql()
        info: Any = compiler.klass_info
        own = [compiler.select[at][0].target.attname for at in info["select_fields"]]
        return compiler, own, get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]

    def get(self, *keys: UUID) -> M:
        """The first one; raises the model's DoesNotExist when there is none."""
        compiler, own, related = self._shape
        kind: Any = compiler.klass_info["model"]
        for row in compiler.results_iter([self._rows(*keys)]):
            found: M = kind.from_db(connection.alias, own, row[: len(own)])
            for populator in related:
                populator.populate(row, found)
            return found
        raise kind.DoesNotExist
