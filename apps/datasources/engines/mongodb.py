"""MongoDB: `find` or `aggregate` with operators from a list; variables stand only where a value stands.

A query is JSON: {"collection": "orders", "find": {"phone": ":phone"}, "fields": {"total": 1}, "sort": {"at": -1}}
or {"collection": "orders", "aggregate": [{"$match": {…}}, {"$group": {…}}]}.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from bson.errors import BSONError
from pymongo import MongoClient, ReadPreference
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from django.utils.translation import gettext as _

from apps.datasources.engines.target import Target
from apps.datasources.errors import ConnectionFailed, DatasourceError, QueryRefused
from apps.datasources.rows import MAX_ROWS, Rows, Scalar, collect
from apps.datasources.sentences import FORBIDDEN, LOGIN, REFUSED

MAX_QUERY, MAX_DEPTH = 20_000, 20
_KEYS = {"collection", "find", "fields", "sort", "skip", "limit", "aggregate"}
FILTERS = frozenset(
    [
        "$eq",
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$lte",
        "$in",
        "$nin",
        "$and",
        "$or",
        "$nor",
        "$not",
        "$exists",
        "$type",
        "$size",
        "$all",
        "$elemMatch",
        "$mod",
    ]
)
STAGES = frozenset(
    ["$match", "$group", "$sort", "$limit", "$skip", "$project", "$unwind", "$count", "$addFields", "$set"]
)
EXPRESSIONS = frozenset(
    [
        "$sum",
        "$avg",
        "$min",
        "$max",
        "$first",
        "$last",
        "$add",
        "$subtract",
        "$multiply",
        "$divide",
        "$round",
        "$abs",
        "$concat",
        "$toUpper",
        "$toLower",
        "$cond",
        "$ifNull",
        "$eq",
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$lte",
        "$and",
        "$or",
        "$not",
        "$size",
        "$year",
        "$month",
        "$dayOfMonth",
        "$dateToString",
        "$literal",
        "$toString",
    ]
)
_UNAUTHORIZED, _LOGIN_FAILED, _TIME_LIMIT = 13, 18, 50


def run(target: Target, query: str, params: dict[str, Scalar]) -> Rows:
    command = prepared(query, params)
    with _client(target) as client:
        try:
            return _read(client, target, command)
        except PyMongoError as error:
            raise _told(error, target) from error


def probe(target: Target) -> None:
    """Raises DatasourceError when no conversation is possible."""
    with _client(target) as client:
        try:
            client[target.database or "admin"].command("ping")
        except PyMongoError as error:
            raise _told(error, target) from error


def prepared(query: str, params: dict[str, Scalar]) -> dict[str, Any]:
    """The checked command with its values; raises QueryRefused."""
    command = _parsed(query)
    name = command.get("collection")
    if not isinstance(name, str) or not name or name.startswith("system.") or "$" in name or "\x00" in name:
        raise QueryRefused(_('Name the collection: {"collection": "orders", "find": {…}}.'))
    if ("find" in command) == ("aggregate" in command) or set(command) - _KEYS:
        raise QueryRefused(_("Give either “find” or “aggregate”, with “fields”, “sort”, “skip” or “limit” at most."))
    return _pipeline(command, params) if "aggregate" in command else _finding(command, params)


def _parsed(query: str) -> dict[str, Any]:
    if len(query) > MAX_QUERY:
        raise QueryRefused(_("The query is too long: at most 20,000 characters."))
    try:
        found = orjson.loads(query)
    except ValueError as error:
        raise QueryRefused(_("This is not valid JSON: %(why)s") % {"why": str(error)[:120]}) from error
    if not isinstance(found, dict):
        raise QueryRefused(_('Name the collection: {"collection": "orders", "find": {…}}.'))
    return found


def _finding(command: dict[str, Any], params: dict[str, Scalar]) -> dict[str, Any]:
    wanted = command["find"]
    if not isinstance(wanted, dict):
        raise QueryRefused(_('“find” is an object such as {"phone": ":phone"}.'))
    return {
        "collection": command["collection"],
        "filter": _filter(wanted, params),
        "projection": _flags(command.get("fields") or {}) or None,
        "sort": list(_flags(command.get("sort") or {}).items()),
        "skip": _count(command.get("skip", 0)),
        "limit": _count(command.get("limit", 0)),
    }


def _pipeline(command: dict[str, Any], params: dict[str, Scalar]) -> dict[str, Any]:
    stages = command["aggregate"]
    if set(command) != {"collection", "aggregate"} or not isinstance(stages, list) or not 0 < len(stages) <= 20:
        raise QueryRefused(_("“aggregate” is a list of 1 to 20 stages and stands alone."))
    return {"collection": command["collection"], "pipeline": [_stage(stage, params) for stage in stages]}


def _stage(stage: Any, params: dict[str, Scalar]) -> dict[str, Any]:
    if not isinstance(stage, dict) or len(stage) != 1:
        raise QueryRefused(_('Each stage is an object with one operator, such as {"$match": {…}}.'))
    (name, body), *_none = stage.items()
    if name not in STAGES:
        raise _refusal(name)
    return {name: _filter(body, params) if name == "$match" else _expression(body)}


def _filter(value: Any, params: dict[str, Scalar], depth: int = 0) -> Any:
    """The query language: operators from FILTERS, and `":name"` becomes the value, never anything else."""
    _check_depth(depth)
    if isinstance(value, dict):
        for name in value:
            _check_key(name, FILTERS)
        return {name: _filter(each, params, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_filter(each, params, depth + 1) for each in value]
    if isinstance(value, str) and value.startswith(":") and value[1:].isidentifier():
        if value[1:] not in params:
            raise QueryRefused(_("These variables have no value: %(names)s.") % {"names": value[1:]})
        return params[value[1:]]
    return value


def _expression(value: Any, depth: int = 0) -> Any:
    """The language of the other stages, where text may be a path: no variables here."""
    _check_depth(depth)
    if isinstance(value, dict):
        for name in value:
            _check_key(name, EXPRESSIONS)
        return {name: _expression(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_expression(each, depth + 1) for each in value]
    if isinstance(value, str) and value.startswith("$$"):
        raise _refusal(value)
    if isinstance(value, str) and value.startswith(":") and value[1:].isidentifier():
        raise QueryRefused(_("Variables are allowed in “find” and “$match” only."))
    return value


def _check_key(name: str, allowed: frozenset[str]) -> None:
    if "\x00" in name or (name.startswith("$") and name not in allowed):
        raise _refusal(name)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise QueryRefused(_("The query has too many parts. Make it simpler."))


def _refusal(name: str) -> QueryRefused:
    return QueryRefused(_("The operator “%(name)s” is not allowed.") % {"name": name[:60]})


def _flags(value: Any) -> dict[str, int]:
    """{"field": 1}, for fields and order."""
    whole = isinstance(value, dict) and all(
        type(each) is int and each in (-1, 0, 1) and not name.startswith("$") for name, each in value.items()
    )
    if not whole:
        raise QueryRefused(_("“fields” and “sort” name fields with 1, 0 or -1."))
    return dict(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 1_000_000:
        raise QueryRefused(_("“skip” and “limit” are whole numbers."))
    return value


def _client(target: Target) -> MongoClient[dict[str, Any]]:
    """To one checked address, with no discovery of others. The certificate's issuer is checked, its name cannot be."""
    pinned = target.pinned()
    login: dict[str, Any] = {"username": target.username, "password": target.password} if target.username else {}
    tls: dict[str, Any] = {} if target.tls == "off" else {"tls": True, "tlsAllowInvalidHostnames": True}
    if target.tls == "require":
        tls = {"tls": True, "tlsAllowInvalidCertificates": True}
    milliseconds = int(target.deadline.left * 1000)
    return MongoClient(
        pinned.address,
        pinned.port,
        directConnection=True,
        serverSelectionTimeoutMS=min(3000, milliseconds),
        connectTimeoutMS=min(3000, milliseconds),
        timeoutMS=milliseconds,
        retryReads=False,
        maxPoolSize=1,
        appname="PyTake",
        **login,
        **tls,
    )


def _read(client: MongoClient[dict[str, Any]], target: Target, command: dict[str, Any]) -> Rows:
    database = client.get_database(target.database or "test", read_preference=ReadPreference.PRIMARY_PREFERRED)
    collection = database[command["collection"]]
    if "pipeline" in command:
        found: Iterable[dict[str, Any]] = collection.aggregate([*command["pipeline"], {"$limit": MAX_ROWS + 1}])
    else:
        limit = min(command["limit"] or MAX_ROWS + 1, MAX_ROWS + 1)
        cursor = collection.find(command["filter"], command["projection"], skip=command["skip"], limit=limit)
        found = cursor.sort(command["sort"]) if command["sort"] else cursor
    return _table(list(found))


def _table(documents: list[dict[str, Any]]) -> Rows:
    """Columns are the fields in the order in which they are first met."""
    columns = list(dict.fromkeys(name for document in documents for name in document))
    return collect(columns, ([document.get(name) for name in columns] for document in documents))


def _told(error: PyMongoError, target: Target) -> DatasourceError:
    if isinstance(error, OperationFailure):
        return _refused(error, target)
    if target.deadline.passed or isinstance(error, NetworkTimeout | ExecutionTimeout):
        return target.out_of_time()
    if isinstance(error, ServerSelectionTimeoutError | ConnectionFailure | ConfigurationError | BSONError):
        return target.unreachable()
    return QueryRefused(str(REFUSED) % {"why": str(error)[:200]})


def _refused(error: OperationFailure, target: Target) -> DatasourceError:
    if error.code == _LOGIN_FAILED:
        return ConnectionFailed(str(LOGIN), permanent=True)
    if error.code == _TIME_LIMIT:
        return target.out_of_time()
    why = {"why": str((error.details or {}).get("errmsg") or error)[:200]}
    return QueryRefused(str(FORBIDDEN if error.code == _UNAUTHORIZED else REFUSED) % why)
