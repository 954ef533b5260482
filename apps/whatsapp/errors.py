"""One error for all that the Graph API refuses or leaves open. It says itself what to do; callers match no strings."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from apps.core.text import clean_text
from apps.whatsapp.error_codes import (
    AMBIGUOUS_RULE,
    FAILED,
    NO_ANSWER_RULE,
    PERMISSION,
    RANGES,
    RATE_LIMITED,
    RULES,
    UNKNOWN_TRANSIENT,
    ErrorRule,
    Policy,
)
from apps.whatsapp.payloads import ErrorItem

__all__ = ["ErrorRule", "GraphError", "Policy", "graph_error_from_response", "graph_error_from_status", "policy_for"]

NO_ANSWER = -1  # our own code: the request never got an answer
UNREADABLE = -2  # our own code: an answer that is no Graph error
# Meta refuses these before it looks at the message, so even with a 5xx nothing was accepted.
REFUSED_BEFORE_PROCESSING = frozenset({4, 613, 80007, 80008, 130429, 131056})
TEXT_LENGTH = 1_000


def policy_for(code: int, *, is_transient: bool = False, http_status: int | None = None) -> ErrorRule:
    """The rule for a code, known or not: then a permanent failure unless Meta or HTTP call it temporary."""
    rule = RULES.get(code) or next((rule for first, last, rule in RANGES if first <= code <= last), None)
    if rule is None:
        return _unknown(code, is_transient, http_status)
    return UNKNOWN_TRANSIENT if is_transient and rule.policy in (Policy.PERMANENT, Policy.CONFIG) else rule


def _unknown(code: int, is_transient: bool, http_status: int | None) -> ErrorRule:
    if code == NO_ANSWER:
        return NO_ANSWER_RULE
    if http_status is not None and http_status >= 500:
        return UNKNOWN_TRANSIENT
    if http_status == 429:
        return RATE_LIMITED
    if http_status in (401, 403):
        return PERMISSION
    return UNKNOWN_TRANSIENT if is_transient else FAILED


class GraphError(Exception):
    """A request that the Graph API refused (`ambiguous` False) or left open (True: never send again blindly).

    `details` is Meta's own English explanation, for logs and administrators; `sentence` is for people. `retry_after` is
    in seconds, None when trying again makes no sense. An error from a `failed` status is never ambiguous.
    """

    def __init__(
        self,
        code: int,
        title: str = "",
        *,
        subcode: int | None = None,
        details: str = "",
        fbtrace_id: str = "",
        http_status: int | None = None,
        is_transient: bool = False,
        ambiguous: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.code, self.subcode, self.http_status = code, subcode, http_status
        self.title, self.details = clean_text(title)[:TEXT_LENGTH], clean_text(details)[:TEXT_LENGTH]
        self.fbtrace_id = fbtrace_id[:64]
        self.ambiguous = _left_open(code, http_status) if ambiguous is None else ambiguous
        known = policy_for(code, is_transient=is_transient, http_status=http_status)
        self.rule = AMBIGUOUS_RULE if self.ambiguous else known
        self._retry_after = retry_after
        super().__init__(f"({code}) {self.details or self.title or 'no explanation'}")

    @property
    def policy(self) -> Policy:
        return self.rule.policy

    @property
    def sentence(self) -> str:
        return str(self.rule.sentence)

    @property
    def permanent(self) -> bool:
        """Known not accepted, and sending the same again would be refused again."""
        return not self.ambiguous and not self.rule.retries

    @property
    def stops_campaign(self) -> bool:
        return self.rule.stops_campaign

    @property
    def retry_after(self) -> float | None:
        if not (self.rule.retries or self.policy is Policy.WAIT):
            return None
        return max(self._retry_after or 0.0, self.rule.delay(0))


def _left_open(code: int, http_status: int | None) -> bool:
    unsure = http_status is not None and (http_status >= 500 or http_status == 408)
    return unsure and code not in REFUSED_BEFORE_PROCESSING


def graph_error_from_response(
    status: int, body: bytes, headers: Mapping[str, str] | None = None, *, ambiguous: bool | None = None
) -> GraphError:
    """From any answer that is no success, JSON or not. `ambiguous` None: decided by status and code."""
    retry_after = _seconds((headers or {}).get("Retry-After"))
    error = _error_object(body)
    if error is None:
        title = f"HTTP {status}"
        return GraphError(UNREADABLE, title, http_status=status, ambiguous=ambiguous, retry_after=retry_after)
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    return GraphError(
        _integer(error.get("code"), UNREADABLE),
        _text(error.get("message") or error.get("title")),
        subcode=_integer(error.get("error_subcode"), None),
        details=_text(details) or _text(error.get("error_user_msg")) or _text(error.get("details")),
        fbtrace_id=_text(error.get("fbtrace_id")),
        http_status=status,
        is_transient=error.get("is_transient") is True,
        ambiguous=ambiguous,
        retry_after=retry_after,
    )


def graph_error_from_status(errors: Sequence[ErrorItem]) -> GraphError:
    """From the `errors` of a `failed` status: the message is known not to have been delivered."""
    item = errors[0] if errors else ErrorItem(UNREADABLE)
    # A `failed` without a code says nothing of the access token, which is what 0 means in an answer.
    return GraphError(item.code or UNREADABLE, item.title, details=item.details, ambiguous=False)


def _error_object(body: bytes) -> dict[str, Any] | None:
    try:
        root = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    error = root.get("error") if isinstance(root, dict) else None
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Any, default: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _seconds(value: str | None) -> float | None:
    return min(float(value), 86_400.0) if value and value.isascii() and value.isdigit() else None
