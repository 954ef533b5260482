"""An HTTP request through the client that reaches the public internet only. Secrets are put in here, nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from apps.chatbots import secrets
from apps.chatbots.outside import redacting
from apps.chatbots.outside.base import Call, Got, Job
from apps.core.http import OutboundClient, OutboundResponse, TransportError

MAX_BYTES = 1_000_000
LONGEST_TEXT = 20_000
Found = OutboundResponse | TransportError


@dataclass(frozen=True, slots=True)
class Request:
    """With everything secret in it: it exists for the length of the call."""

    method: str
    url: str
    headers: dict[str, str]
    body: str
    timeout: float
    retries: int
    secret_headers: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"<{self.method}>"


def prepare(job: Job) -> Call | Got:
    """A call that a killed worker may have made is repeated only when that changes nothing outside."""
    work = job.work
    if job.began and work["method"] != "GET":
        return Got(error="unknown")
    try:
        values = secrets.opened(secrets.names_in(f"{work['url']} {work['body']} {' '.join(work['headers'].values())}"))
    except secrets.NoSecret as error:
        return Got(error=error.error, shown={"error": error.error, "secret": str(error)})
    request = _filled(work, values)

    async def run(client: OutboundClient) -> Found:
        return await _tried(client, request)

    return Call(shown(work), run, lambda found: _got(found, values))


def shown(work: Mapping[str, Any]) -> dict[str, Any]:
    """The request for the replay: secrets by their names."""
    headers = {name: secrets.shown(value) for name, value in redacting.headers(work["headers"]).items()}
    told = {"method": work["method"], "url": secrets.shown(redacting.text(work["url"])), "headers": headers}
    return {**told, "body": secrets.shown(redacting.body(work["body"]))} if work["body"] else told


def _filled(work: Mapping[str, Any], values: dict[str, str]) -> Request:
    """Each value escaped for where it stands; in a header it stays one line."""
    body, headers = work["body"], work["headers"]
    is_json = body.lstrip().startswith(("{", "["))
    in_body = (lambda text: orjson.dumps(text).decode()[1:-1]) if is_json else str
    sent = {name: secrets.filled(value, values, lambda text: " ".join(text.split())) for name, value in headers.items()}
    if is_json:
        sent = {"Content-Type": "application/json"} | sent
    return Request(
        method=work["method"],
        url=secrets.filled(work["url"], values, lambda text: quote(text, safe="")),
        headers={name: value for name, value in sent.items() if value.isprintable()},
        body=secrets.filled(body, values, in_body),
        timeout=work["timeout"],
        retries=work["retries"],
        secret_headers=frozenset(name for name, value in headers.items() if secrets.names_in(value)),
    )


async def _tried(client: OutboundClient, request: Request) -> Found:
    """The last attempt's answer, or its error."""
    is_safe = request.method == "GET"
    for left in range(request.retries, -1, -1):
        found = await _once(client, request)
        if not left or not _is_worth_another(found, is_safe):
            break
    return found


def _is_worth_another(found: Found, is_safe: bool) -> bool:
    if isinstance(found, TransportError):
        return is_safe or not found.ambiguous
    return is_safe and found.status >= 500


async def _once(client: OutboundClient, request: Request) -> Found:
    data = request.body.encode() if request.body and request.method != "GET" else None
    try:
        return await client.request(
            request.method,
            request.url,
            headers=request.headers,
            data=data,
            timeout=request.timeout,
            max_bytes=MAX_BYTES,
            secret_headers=request.secret_headers,
        )
    except TransportError as error:
        return error


def _got(found: Found, values: dict[str, str]) -> Got:
    """A secret that the service sends back is taken out before the flow sees it."""
    if isinstance(found, TransportError):
        reason = redacting.text(str(redacting.without(found.reason, values.values())))
        return Got(error="no_answer", shown={"error": "no_answer", "why": reason[:300]})
    body = redacting.without(_body(found), values.values())
    return Got({"status": found.status, "body": body}, shown={"status": found.status, "body": redacting.body(body)})


def _body(answer: OutboundResponse) -> Any:
    """JSON as it is; else a text, as far as one keeps it."""
    try:
        return answer.json()
    except ValueError:
        return answer.body[:LONGEST_TEXT].decode("utf-8", "replace").replace("\x00", "")
