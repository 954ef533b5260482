"""What must work for this process to be of use: each check gives its problem in a word, or an empty text."""

from collections.abc import Callable

import redis

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.logs import get_logger
from apps.core.redis import connection as redis_connection
from apps.ops.heartbeat import living_workers

log = get_logger(__name__)
_applied: set[str] = set()


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return "unreachable"
    return ""


def redis_server() -> str:
    try:
        redis_connection().ping()
    except redis.RedisError:
        return "unreachable"
    return ""


def migrations() -> str:
    """Looked up until all are applied; a process never sees them go away again."""
    if "all" in _applied:
        return ""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "unknown"
    if waiting:
        return "pending"
    _applied.add("all")
    return ""


def workers() -> str:
    try:
        return "" if living_workers() else "none"
    except redis.RedisError:
        return "unknown"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "redis": redis_server,
    "migrations": migrations,
    "workers": workers,
}


def problems() -> dict[str, str]:
    """Every check by name with its problem ("" = fine); what is wrong is logged."""
    found = {name: check() for name, check in CHECKS.items()}
    wrong = {name: problem for name, problem in found.items() if problem}
    if wrong:
        log.warning("health.not_ready", **wrong)
    return found
