"""An HTTP request through the client that reaches the public internet only."""

from collections.abc import Mapping
from typing import Any

from apps.chatbots.outside import redacting
from apps.chatbots.outside.base import Call, Got, Job
from apps.core.http import OutboundClient, OutboundResponse, TransportError

MAX_BYTES = 1_000_000
LONGEST_TEXT = 20_000


def prepare(job: Job) -> Call | Got:
    """A call that a killed worker may have made is repeated only when that changes nothing outside."""
    work = job.work
    if job.began and work["method"] != "GET":
        return Got(error="unknown")

    async def run(client: OutboundClient) -> OutboundResponse | TransportError:
        return await _tried(client, work)

    return Call(shown(work), run, _got)


def shown(work: Mapping[str, Any]) -> dict[str, Any]:
    told = {"method": work["method"], "url": redacting.text(work["url"]), "headers": redacting.headers(work["headers"])}
    return {**told, "body": redacting.body(work["body"])} if work["body"] else told


async def _tried(client: OutboundClient, work: Mapping[str, Any]) -> OutboundResponse | TransportError:
    """The last attempt's answer, or its error."""
    is_safe = work["method"] == "GET"
    for left in range(work["retries"], -1, -1):
        found = await _once(client, work)
        if not left or not _is_worth_another(found, is_safe):
            break
    return found


def _is_worth_another(found: OutboundResponse | TransportError, is_safe: bool) -> bool:
    if isinstance(found, TransportError):
        return is_safe or not found.ambiguous
    return is_safe and found.status >= 500


async def _once(client: OutboundClient, work: Mapping[str, Any]) -> OutboundResponse | TransportError:
    headers = {name: value for name, value in work["headers"].items() if value.isprintable()}
    body = work["body"]
    if body.lstrip().startswith(("{", "[")):
        headers.setdefault("Content-Type", "application/json")
    data = body.encode() if body and work["method"] != "GET" else None
    try:
        return await client.request(
            work["method"], work["url"], headers=headers, data=data, timeout=work["timeout"], max_bytes=MAX_BYTES
        )
    except TransportError as error:
        return error


def _got(found: OutboundResponse | TransportError) -> Got:
    if isinstance(found, TransportError):
        return Got(error="no_answer", shown={"error": redacting.text(found.reason)})
    body = _body(found)
    return Got({"status": found.status, "body": body}, shown={"status": found.status, "body": redacting.body(body)})


def _body(answer: OutboundResponse) -> Any:
    """JSON as it is; else a text, as far as one keeps it."""
    try:
        return answer.json()
    except ValueError:
        return answer.body[:LONGEST_TEXT].decode("utf-8", "replace").replace("\x00", "")
