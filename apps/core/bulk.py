"""Many rows at once, without what the ORM's INSERT of the same rows costs Python and PostgreSQL."""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from django.db import connections, models

_PLAIN = (
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.ForeignKey,
    models.IntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
    models.UUIDField,
)
_Value = Callable[[Any], Any]
FEW = 25


def add_rows(rows: Sequence[models.Model], *, using: str, ignore_conflicts: bool = False) -> None:
    """Insert unsaved rows of one model whose keys are set; what is refused is raised as for any INSERT, or left out
    without a word."""
    if not rows:
        return
    if ignore_conflicts or len(rows) <= FEW:
        _insert(rows, using, " ON CONFLICT DO NOTHING" if ignore_conflicts else "")
    else:
        _copy(rows, using)
    for row in rows:
        row._state.adding, row._state.db = False, using


def _insert(rows: Sequence[models.Model], using: str, conflict: str) -> None:
    """One trip and a plan that is kept."""
    statement, values = _inserting(type(rows[0]))
    columns = [[value(row) for row in rows] for value in values]
    connection = connections[using]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement + conflict, columns, prepare=True)
    if connection.queries_logged:  # what passes by Django's cursors counts all the same
        connection.queries_log.append({"sql": statement, "time": "?"})


def _copy(rows: Sequence[models.Model], using: str) -> None:
    """Three trips, and the least work a row."""
    statement, values = _plan(type(rows[0]))
    # All values first: a field that asks the database for its value (a sealed one) cannot do so during a COPY.
    lines = [[value(row) for value in values] for row in rows]
    connection = connections[using]
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(line)


@cache
def _inserting(model: type[models.Model]) -> tuple[str, list[_Value]]:
    """An array a column; texts are cast on assignment, which does not cut them."""
    fields = model._meta.local_concrete_fields
    names = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    arrays = sql.SQL(", ".join(f"%s::{_type(field)}[]" for field in fields))
    statement = sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})")
    whole = statement.format(sql.Identifier(model._meta.db_table), names, arrays)
    return whole.as_string(), [_value(field) for field in fields]


def _type(field: Any) -> str:
    return "text" if isinstance(field, models.CharField) else str(field.rel_db_type(connections["default"]))


@cache
def _plan(model: type[models.Model]) -> tuple[str, list[_Value]]:
    fields = model._meta.local_concrete_fields
    names = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), names)
    return statement.as_string(), [_value(field) for field in fields]


def _value(field: Any) -> _Value:
    if isinstance(field, models.JSONField):
        return _json(field.attname)
    stamps_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if type(field) in _PLAIN and not stamps_itself:
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connections["default"])


def _json(name: str) -> _Value:
    def value(row: Any) -> Jsonb | None:
        found = getattr(row, name)
        return None if found is None else Jsonb(found)

    return value
