"""Outside work: done while no lock is held, by one worker at a time, its answer then fed to the session.

Whatever leaves the house leaves through `start`: the effect's name chooses the doer in `DOERS`. Calls run side by side
in one loop of a thread of its own; all that asks the database runs where `start` and `finish` are called, in the
tenant's scope.
"""

import asyncio
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import orjson

from django.db import DatabaseError, connection

from apps.chatbots import effects
from apps.chatbots.outside import ai, http, query, redacting, script
from apps.chatbots.outside.base import Call, Doer, Done, Got, Job
from apps.chatbots.state import Answered
from apps.conversations.models import Conversation
from apps.core.http import OutboundClient
from apps.core.logs import get_logger
from apps.routing.places import queues_of
from apps.teams.models import Queue
from apps.teams.schedules import WITH_HOURS, is_open_now

log = get_logger(__name__)
LEASE = timedelta(minutes=3)
AT_ONCE = 50
THREADS = 16  # for what can't be awaited
DOERS: dict[str, Doer] = {
    effects.CallHttp.__name__: http.prepare,
    effects.Query.__name__: query.prepare,
    effects.AskAi.__name__: ai.prepare,
    effects.RunScript.__name__: script.prepare,
}
_CLAIM = """
WITH picked AS (
  SELECT id, claimed_at FROM chatbots_session
  WHERE status = 'working' AND work IS NOT NULL
    AND (claimed_at IS NULL OR claimed_at < now() - make_interval(secs => %s))
  ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE chatbots_session AS s SET claimed_at = now() FROM picked WHERE s.id = picked.id
RETURNING s.id, s.organization_id, s.conversation_id, s.work, picked.claimed_at IS NOT NULL
"""


def is_open(conversation: Conversation, queue_id: str) -> bool:
    queue = Queue.objects.select_related(*WITH_HOURS).filter(pk=queue_id).first() if queue_id else None
    queue = queue or queues_of({conversation.number_id})[conversation.number_id]
    return queue is None or is_open_now(queue)


def is_outside(effect: Any) -> bool:
    return type(effect).__name__ in DOERS


def dump(effect: effects.Work) -> dict[str, Any]:
    """As it rests in a session's row until it is done."""
    return {"do": type(effect).__name__, **asdict(effect)}


def told(effect: Any) -> dict[str, Any]:
    """An effect as the replay shows it: no header, field or part of an address that carries a secret."""
    if isinstance(effect, effects.CallHttp):
        return {"effect": "CallHttp", "key": effect.key, **http.shown(asdict(effect))}
    shown: dict[str, Any] = {"effect": type(effect).__name__, "key": effect.key}
    for name, value in asdict(effect).items():
        if name != "key":
            shown[name] = value.isoformat() if hasattr(value, "isoformat") else redacting.value(value)
    return shown


@dataclass(frozen=True, slots=True)
class Claimed:
    session: UUID
    organization: UUID
    job: Job


def claim(most: int = AT_ONCE) -> list[Claimed]:
    """Work that nobody does, or that somebody began so long ago that they must have been killed."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds(), most])
        rows = cursor.fetchall()
    return [Claimed(row[0], row[1], Job(orjson.loads(row[3]), row[2], row[4])) for row in rows]


class Outside:
    """`with Outside() as outside: done = outside.finish(outside.start(job))`; several may be under way at once."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outside", daemon=True)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="outside")
        self._client = OutboundClient()

    def __enter__(self) -> Self:
        self._loop.set_default_executor(self._threads)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._client.__aenter__(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(_end(self._client), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._threads.shutdown(wait=False)
        self._loop.close()

    def start(self, job: Job) -> "Running":
        """In the tenant's scope, outside a transaction. What needs no call is done at once."""
        call = _prepared(job)
        future: Future[Any] = Future()
        if isinstance(call, Call):
            future = asyncio.run_coroutine_threadsafe(_awaited(call, self._client), self._loop)
        else:
            future.set_result(None)
        return Running(job, call, future, time.monotonic())

    def finish(self, running: "Running") -> Done:
        """In the tenant's scope again; waits while the call is still under way."""
        call = running.call
        got = _concluded(call, running.future) if isinstance(call, Call) else call
        request = call.request if isinstance(call, Call) else None
        shown = {"error": got.error} if got.error and got.shown is None else got.shown
        ms = int((time.monotonic() - running.started) * 1_000)
        return Done(Answered(running.job.key, got.value, got.error), request, shown, ms)


@dataclass(frozen=True, slots=True)
class Running:
    job: Job
    call: Call | Got
    future: "Future[Any]"
    started: float


def _prepared(job: Job) -> Call | Got:
    doer = DOERS.get(str(job.work.get("do", effects.CallHttp.__name__)))
    try:
        return doer(job) if doer else Got(error="unknown")
    except DatabaseError:
        raise
    except Exception:  # recorded, and the flow takes its error port
        log.exception("outside work broke before it began", key=job.key)
        return Got(error="broken")


def _concluded(call: Call, future: "Future[Any]") -> Got:
    try:
        return call.conclude(future.result())
    except DatabaseError:
        raise
    except Exception:  # recorded, and the flow takes its error port
        log.exception("outside work broke")
        return Got(error="broken")


async def _end(client: OutboundClient) -> None:
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await client.__aexit__(None, None, None)


async def _awaited(call: Call, client: OutboundClient) -> Any:
    return await call.run(client)


def answer(job: Job) -> Done:
    """One job, waited for; in the tenant's scope."""
    with Outside() as outside:
        return outside.finish(outside.start(job))
