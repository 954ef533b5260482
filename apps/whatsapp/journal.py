"""Group commit of raw deliveries: one INSERT … unnest of all that queued during the last commit."""

import asyncio
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from django.db import connections

from apps.core.logs import get_logger
from apps.whatsapp.models import WebhookDelivery

log = get_logger(__name__)
MAX_GROUP = 512
MAX_GROUP_BYTES = 16 * 1024 * 1024
MAX_WAITING = 4096
WRITE_SECONDS = 10.0

_INSERT = sql.SQL(
    "INSERT INTO {table} (sha256, body, signer, correlation_id) "
    "SELECT * FROM unnest(%b::bytea[], %b::bytea[], string_to_array(%b, ','), string_to_array(%b, ','))"
).format(table=sql.Identifier(WebhookDelivery._meta.db_table))
_INSERT_NEW = _INSERT + sql.SQL(" ON CONFLICT (sha256) DO NOTHING")


class JournalDown(Exception):
    """Nothing was stored: PostgreSQL is away, or more is waiting than it takes."""


class Line(NamedTuple):
    """One delivery; signer and correlation id are hexadecimal."""

    sha256: bytes
    body: bytes
    signer: str
    correlation_id: str


class Journal:
    """`await write(line)` returns after the line is durable; raises JournalDown when it is not."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Line, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def write(self, line: Line) -> None:
        if len(self._waiting) >= MAX_WAITING:
            raise JournalDown("too many deliveries are waiting")
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, stored))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await stored

    async def _write_all(self) -> None:
        while self._waiting:
            group = self._next_group()
            try:
                await asyncio.wait_for(self._commit([line for line, _ in group]), WRITE_SECONDS)
            except (psycopg.Error, OSError, TimeoutError) as error:
                await self._drop_connection()
                _settle(group, JournalDown(str(error) or type(error).__name__))
            else:
                _settle(group, None)

    def _next_group(self) -> list[tuple[Line, "asyncio.Future[None]"]]:
        size = count = 0
        for line, _future in self._waiting[:MAX_GROUP]:
            size += len(line.body)
            count += 1
            if size > MAX_GROUP_BYTES:
                break
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _commit(self, lines: list[Line]) -> None:
        connection = self._connection or await self._connect()
        digests, bodies, signers, ids = zip(*lines, strict=True)
        values = [list(digests), list(bodies), ",".join(signers), ",".join(ids)]
        try:
            await connection.execute(_INSERT, values)
        except psycopg.errors.UniqueViolation:  # one came twice; asking every time costs each row a fifth
            await connection.execute(_INSERT_NEW, values)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        parameters = connections["default"].get_connection_params()
        wanted = {
            name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if name in parameters
        }
        self._connection = await psycopg.AsyncConnection.connect(**wanted, autocommit=True, connect_timeout=5)
        return self._connection

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer
        await self._drop_connection()


def _settle(group: list[tuple[Line, "asyncio.Future[None]"]], error: JournalDown | None) -> None:
    for _line, stored in group:
        if stored.done():
            continue
        if error is None:
            stored.set_result(None)
        else:
            stored.set_exception(error)
