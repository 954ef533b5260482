"""A question to a company's database, through the gate of `datasources` and no other way."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from apps.chatbots.outside import redacting
from apps.chatbots.outside.base import Call, Got, Job
from apps.core.http import OutboundClient
from apps.datasources import query
from apps.datasources.errors import DatasourceError
from apps.datasources.models import Connection
from apps.datasources.rows import Rows

SHOWN_ROWS = 20


def prepare(job: Job) -> Call | Got:
    """Read-only, so it is asked again when a killed worker may have asked it."""
    work = job.work
    connection = Connection.objects.select_related("secret").filter(pk=work["connection"]).first()
    if connection is None:
        return Got(error="no_connection")
    try:
        ask = query.prepared(connection, work["query"], work["params"])
    except DatasourceError as error:
        return _failed(error)

    async def run(_client: OutboundClient) -> Rows | DatasourceError:
        return await asyncio.to_thread(_asked, ask)

    return Call({"connection": connection.name, **shown(work)}, run, _got)


def shown(work: Mapping[str, Any]) -> dict[str, Any]:
    return {"query": work["query"], "params": redacting.value(work["params"])}


def _asked(ask: Callable[[], Rows]) -> Rows | DatasourceError:
    try:
        return ask()
    except DatasourceError as error:
        return error


def _got(found: Rows | DatasourceError) -> Got:
    if isinstance(found, DatasourceError):
        return _failed(found)
    rows = [dict(zip(found.columns, row, strict=False)) for row in found.rows]
    count = {"count": len(rows), "truncated": found.truncated}
    return Got({"rows": rows, **count}, shown={**count, "rows": redacting.body(rows[:SHOWN_ROWS])})


def _failed(error: DatasourceError) -> Got:
    return Got(error="refused", shown={"error": "refused", "why": redacting.text(error.sentence)})
