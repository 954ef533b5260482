"""The gate for SQL: exactly one SELECT made of known parts and known functions. What passes is written anew from its
parts, so what was looked at is what runs: comments, tricks of spelling and everything unknown are gone.
"""

import re
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from django.utils.translation import gettext as _

from apps.datasources.errors import QueryRefused

_WORD = re.compile(r"\A[A-Za-z_][A-Za-z0-9_]*\Z")
MAX_QUERY = 20_000
MAX_PARTS = 2_000

_PARTS = [
    "Select",
    "Union",
    "Intersect",
    "Except",
    "From",
    "Join",
    "Where",
    "Group",
    "Having",
    "Order",
    "Ordered",
    "Limit",
    "Offset",
    "Distinct",
    "With",
    "CTE",
    "Subquery",
    "Table",
    "TableAlias",
    "Alias",
    "Column",
    "Identifier",
    "Star",
    "Literal",
    "Boolean",
    "Null",
    "Placeholder",
    "Paren",
    "Tuple",
    "And",
    "Or",
    "Not",
    "EQ",
    "NEQ",
    "NullSafeEQ",
    "NullSafeNEQ",
    "GT",
    "GTE",
    "LT",
    "LTE",
    "Is",
    "In",
    "Between",
    "Like",
    "ILike",
    "Escape",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "IntDiv",
    "Mod",
    "Neg",
    "DPipe",
    "Case",
    "If",
    "Cast",
    "TryCast",
    "DataType",
    "DataTypeParam",
    "Exists",
    "Interval",
    "Var",
    "Window",
    "WindowSpec",
    "Filter",
    "Collate",
]
PARTS = frozenset(getattr(exp, name) for name in _PARTS if hasattr(exp, name))

_COMMON = [
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "coalesce",
    "nullif",
    "lower",
    "upper",
    "length",
    "char_length",
    "character_length",
    "trim",
    "ltrim",
    "rtrim",
    "substring",
    "substr",
    "replace",
    "round",
    "abs",
    "ceil",
    "ceiling",
    "floor",
    "concat",
    "concat_ws",
    "greatest",
    "least",
    "row_number",
    "rank",
    "dense_rank",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "ntile",
    "cast",
    "left",
    "right",
    "mod",
    "sign",
    "current_date",
    "current_timestamp",
    "current_time",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "extract",
    "date",
    "time",
    "timestamp",
    "str_position",
    "initcap",
]
_OF_DIALECT = {
    "postgres": "now date_trunc timestamp_trunc to_char to_date time_to_str str_to_date str_to_time position split_part"
    " string_agg group_concat array_agg reverse date_part age",
    "mysql": "now curdate curtime datediff date_diff date_add date_sub date_format time_to_str ifnull instr locate"
    " group_concat lcase ucase unix_timestamp timestampdiff timestamp_diff dayofweek day_of_week last_day"
    " ts_or_ds_to_date ts_or_ds_to_timestamp str_to_date field reverse hex",
    "sqlite": "ifnull instr strftime time_to_str datetime julianday total group_concat ts_or_ds_to_timestamp"
    " ts_or_ds_to_date iif reverse hex",
}
_TYPES = [
    "text",
    "varchar",
    "char",
    "nchar",
    "nvarchar",
    "int",
    "integer",
    "tinyint",
    "smallint",
    "mediumint",
    "bigint",
    "uint",
    "ubigint",
    "decimal",
    "float",
    "double",
    "boolean",
    "date",
    "time",
    "timetz",
    "datetime",
    "timestamp",
    "timestamptz",
    "timestampntz",
    "uuid",
    "json",
    "jsonb",
    "signed",
    "unsigned",
    "interval",
]
_SYSTEM = ("pg_", "information_schema", "mysql", "performance_schema", "sys", "pragma_", "dbstat")


def checked(query: str, dialect: str) -> exp.Expression:
    """The one SELECT of a query; raises QueryRefused with a sentence. `dialect`: postgres, mysql or sqlite."""
    if not query.strip():
        raise QueryRefused(_("Write a query."))
    if len(query) > MAX_QUERY:
        raise QueryRefused(_("The query is too long: at most 20,000 characters."))
    tree = _parsed(query, dialect)
    for number, node in enumerate(tree.walk()):
        if number > MAX_PARTS:
            raise QueryRefused(_("The query has too many parts. Make it simpler."))
        _check(node, dialect)
    return tree


def _parsed(query: str, dialect: str) -> exp.Expression:
    try:
        statements = [found for found in sqlglot.parse(query, dialect=dialect) if found is not None]
    except (SqlglotError, RecursionError, ValueError) as error:
        raise QueryRefused(_("This is not understood as a query: %(why)s") % {"why": _why(error)}) from error
    if len(statements) != 1:
        raise QueryRefused(_("Only one statement at a time. Remove what follows the semicolon."))
    tree = statements[0]
    if not isinstance(tree, exp.Select | exp.Union | exp.Intersect | exp.Except):
        raise QueryRefused(_("Only SELECT is allowed: the connection reads and never changes anything."))
    return tree


def _why(error: Exception) -> str:
    told = getattr(error, "errors", None) or [{}]
    place = told[0]
    if not place.get("description"):
        return _("something in it has no place here.")
    return f"{place['description']} ({place.get('line')}:{place.get('col')})"[:200]


def _check(node: Any, dialect: str) -> None:
    if isinstance(node, exp.Table):
        _check_table(node)
    elif isinstance(node, exp.DataType):
        _check_type(node)
    elif isinstance(node, exp.Var) and not _WORD.match(node.name):
        raise QueryRefused(_("“%(part)s” is not allowed in a query.") % {"part": node.name[:60]})
    elif isinstance(node, exp.With) and node.args.get("recursive"):
        raise QueryRefused(_("WITH RECURSIVE is not allowed here."))
    if type(node) in PARTS:
        return
    if not isinstance(node, exp.Func):
        raise QueryRefused(_("“%(part)s” is not allowed in a query.") % {"part": _name_of(node)})
    names = _names(node)
    if not names & function_names(dialect):
        raise QueryRefused(_("The function “%(name)s” is not allowed.") % {"name": _name_of(node)})


def _names(node: exp.Func) -> set[str]:
    """An unknown function has only the name it was written with; known ones have those of their kind."""
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return {str(node.this).lower()} if isinstance(node.this, str) else set()
    return {name.lower() for name in type(node).sql_names()}


@cache
def function_names(dialect: str) -> frozenset[str]:
    """The functions that a query may call."""
    return frozenset(_COMMON) | frozenset(_OF_DIALECT[dialect].split())


def _check_table(node: exp.Table) -> None:
    if not isinstance(node.this, exp.Identifier):
        raise QueryRefused(_("Only tables and views may stand after FROM."))
    if any(part.name.lower().startswith(_SYSTEM) for part in node.parts):
        raise QueryRefused(_("System tables cannot be read: “%(name)s”.") % {"name": node.name[:60]})


def _check_type(node: exp.DataType) -> None:
    kind = node.this
    name = str(getattr(kind, "value", kind)).lower()
    if name not in _TYPES:
        raise QueryRefused(_("The type “%(name)s” is not allowed.") % {"name": name[:60]})


def _name_of(node: Any) -> str:
    return str(node.name if isinstance(node, exp.Anonymous) else node.key).upper()[:60]


def placeholders(tree: exp.Expression) -> list[exp.Placeholder]:
    """Every `:name`; raises QueryRefused for one without a name."""
    found = list(tree.find_all(exp.Placeholder))
    if any(not isinstance(each.this, str) or not each.this for each in found):
        raise QueryRefused(_("Write variables as :name."))
    return found


def check_values(tree: exp.Expression, params: dict[str, Any]) -> list[exp.Placeholder]:
    """The places for values; raises QueryRefused when one has no value."""
    found = placeholders(tree)
    missing = sorted({each.name for each in found} - set(params))
    if missing:
        raise QueryRefused(_("These variables have no value: %(names)s.") % {"names": ", ".join(missing)})
    return found
