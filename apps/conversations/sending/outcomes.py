"""What came of an attempt, and writing it down."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson

from django.db import transaction

from apps.conversations import live
from apps.conversations.consequences import Refused, follow
from apps.conversations.ingest.statuses import apply_parked
from apps.conversations.models import Status
from apps.conversations.sending.claims import Job
from apps.core import metrics
from apps.core.compiled import prepared
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.errors import GraphError


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` carries the policy; `retry_in` is in seconds, None for never."""

    job: Job
    status: str
    wamid: str | None = None
    error: GraphError | None = None
    detail: str = ""
    retry_in: float | None = None


def accepted(job: Job, wamid: str) -> Outcome:
    return Outcome(job, Status.SENT, wamid=wamid)


def refused(job: Job, error: GraphError) -> Outcome:
    """Ambiguous: `UNKNOWN`, never tried again by itself. Known not accepted: again by policy, or failed."""
    if error.ambiguous:
        return Outcome(job, Status.UNKNOWN, error=error, detail=error.details)
    if error.rule.retries and job.attempts < error.rule.max_tries:
        delay = max(error.rule.delay(job.attempts - 1), error.retry_after or 0.0) * random.uniform(1.0, 1.3)
        return Outcome(job, Status.QUEUED, error=error, detail=error.details, retry_in=delay)
    return Outcome(job, Status.FAILED, error=error, detail=error.details)


def invalid(job: Job, detail: str) -> Outcome:
    return Outcome(job, Status.FAILED, detail=detail)


# Messages, then the rows of lists whose newest message they are, in one trip.
_SETTLE = """
WITH settled AS (
  UPDATE conversations_message AS m SET
    status = v.status,
    wamid = COALESCE(m.wamid, v.wamid),
    error_code = v.error_code,
    error_detail = v.error_detail,
    next_attempt_at = now() + v.retry_in * interval '1 second',
    changed_at = now()
  FROM jsonb_to_recordset(%s::jsonb) AS v(id uuid, callback_id uuid, status text, wamid text, error_code int,
    error_detail text, retry_in float8)
  WHERE m.id = v.id AND m.callback_id = v.callback_id AND m.status IN ('sending', 'unknown')
  RETURNING m.id, m.conversation_id, m.status, m.number_id, m.wamid
), listed AS (
  UPDATE conversations_conversation AS c SET last_status = settled.status, version = c.version + 1
  FROM settled WHERE c.id = settled.conversation_id AND c.last_message_id = settled.id
  RETURNING c.id, c.state, c.assignee_id, c.queue_id
)
SELECT settled.id, settled.conversation_id, settled.status,
  EXISTS (SELECT 1 FROM conversations_parkedstatus AS p
    WHERE p.number_id = settled.number_id AND p.wamid = settled.wamid),
  listed.id, listed.state, listed.assignee_id, listed.queue_id
FROM settled LEFT JOIN listed ON listed.id = settled.conversation_id
"""


def settle(outcomes: Iterable[Outcome]) -> None:
    """Write a batch of outcomes, one transaction a tenant. A status webhook that was faster is never overwritten."""
    by_tenant: dict[UUID, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_tenant[outcome.job.organization_id].append(outcome)
        metrics.SENDS.labels(outcome.status).inc()
    for organization_id, group in by_tenant.items():
        with tenant_scope(organization_id), transaction.atomic():
            _settle_tenant(sorted(group, key=lambda outcome: outcome.job.id))


def _settle_tenant(group: list[Outcome]) -> None:
    changed = prepared(_SETTLE, [orjson.dumps([_told(outcome) for outcome in group]).decode()])
    live.push_changed([(pk, conversation, status) for pk, conversation, status, *_rest in changed])
    live.push_rows({row[4]: live.Place(*row[4:]) for row in changed if row[4]}.values())
    parked = {pk for pk, _conversation, _status, is_parked, *_rest in changed if is_parked}
    if parked:
        apply_parked([(item.job.number_id, item.wamid) for item in group if item.wamid and item.job.id in parked])
    for outcome in group:
        job = outcome.job
        if outcome.error is not None and outcome.status == Status.FAILED:
            follow(Refused(job.conversation_id, job.contact_id, job.number_id, job.account_id), outcome.error)


def _told(outcome: Outcome) -> dict[str, object]:
    error = outcome.error
    return {
        "id": outcome.job.id,
        "callback_id": outcome.job.callback_id,
        "status": outcome.status,
        "wamid": outcome.wamid,
        "error_code": error.code if error else None,
        "error_detail": outcome.detail[:500],
        "retry_in": outcome.retry_in,
    }
