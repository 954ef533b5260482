"""Prepared SQL, built once. Building it costs the ORM more than PostgreSQL needs to answer a look-up by key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


Key = UUID | Sequence[UUID] | Sequence[str]


class Compiled:
    """What `make(*keys)`, a `values_list` queryset, gives for other keys, as a prepared statement.

    `make` runs once, with made-up keys (UUIDs), and must use every one of them as an exact value, or as the only one
    of an `__in`: a list of UUIDs or texts is then given for it.
    """

    def __init__(self, keys: int, make: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self._made_up = [uuid4() for _ in range(keys)]
        self._make = make

    @cached_property
    def _plan(self) -> tuple[str, list[Any]]:
        sql, parameters = self._make(*self._made_up).query.sql_with_params()
        places = [self._place(value) for value in parameters]
        pieces = sql.split("%s")
        for at, place in enumerate(places):
            if isinstance(place, _Place) and pieces[at].endswith("IN ("):
                pieces[at] = pieces[at].removesuffix("IN (") + "= ANY("
        return "%s".join(pieces), places

    def _place(self, value: Any) -> Any:
        """Where a key is meant, its number (texts are compared with it as text), else the value itself."""
        texts = [str(key) for key in self._made_up]
        return _Place(texts.index(str(value))) if str(value) in texts else value

    def __call__(self, *keys: Key) -> list[tuple[Any, ...]]:
        sql, parameters = self._plan
        return prepared(sql, [keys[value.at] if isinstance(value, _Place) else value for value in parameters])


@dataclass(frozen=True, slots=True)
class _Place:
    at: int


class CompiledModel(Generic[M]):
    """The same for one model, with what its queryset selects along and what it is annotated with."""

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

    def all(self, *keys: Key) -> list[M]:
        compiler, own, related = self._shape
        info: Any = compiler.klass_info
        kind, found = info["model"], list[M]()
        for row in compiler.results_iter([self._rows(*keys)]):
            made = kind.from_db(connection.alias, own, [row[at] for at in info["select_fields"]])
            for populator in related:
                populator.populate(row, made)
            for name, at in compiler.annotation_col_map.items():
                setattr(made, name, row[at])
            found.append(made)
        return found

    def get(self, *keys: Key) -> M:
        """The first one; raises the model's DoesNotExist when there is none."""
        for found in self.all(*keys):
            return found
        kind: Any = self._shape[0].klass_info["model"]
        raise kind.DoesNotExist
