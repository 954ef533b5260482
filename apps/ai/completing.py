"""`complete`: one question to a provider, paid for within its budget."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from asgiref.sync import async_to_sync

from django.utils.translation import gettext as _

from apps.ai import budget
from apps.ai.dialects import DIALECTS
from apps.ai.dialects.base import Dialect, Odd, Request
from apps.ai.errors import AiError
from apps.ai.models import Provider, Usage
from apps.ai.talk import Answer, Heard, Question, Tool, Turn
from apps.core.clock import now
from apps.core.http import BlockedAddress, OutboundClient, OutboundResponse, TransportError
from apps.vault.sealing import Unreadable
from apps.vault.services import WrongScope

SECONDS, MAX_BYTES = 25.0, 2_000_000
MOST_TOKENS = 32_000
_WAIT = timedelta(seconds=60)


def complete(
    provider: Provider,
    *,
    system: str,
    messages: Sequence[Turn],
    temperature: float = 0.2,
    max_tokens: int = 800,
    json_schema: dict[str, Any] | None = None,
    tools: Sequence[Tool] = (),
    model: str = "",
) -> Answer:
    """Ask, within 25 s. Called in the tenant's scope, outside a transaction. Raises AiError, BudgetSpent among them."""
    given: dict[str, Any] = {"temperature": temperature, "max_tokens": max_tokens, "json_schema": json_schema}
    asked = prepared(provider, system=system, messages=messages, tools=tools, model=model, **given)
    try:
        heard = _sent(asked)
    except BaseException as error:
        settled(asked, error)
        raise
    return settled(asked, heard)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose cost is reserved; `request` holds the key."""

    provider: Provider
    dialect: Dialect
    question: Question
    request: Request = field(repr=False)
    usage: Usage
    started: float


def prepared(
    provider: Provider,
    *,
    system: str,
    messages: Sequence[Turn],
    temperature: float = 0.2,
    max_tokens: int = 800,
    json_schema: dict[str, Any] | None = None,
    tools: Sequence[Tool] = (),
    model: str = "",
) -> Asked:
    """The first third of `complete`, with the database; then `sent`, without it, then `settled`."""
    if not provider.is_active:
        raise AiError(_("“%(name)s” is switched off.") % {"name": provider.name}, permanent=True)
    question = Question(
        model or provider.model,
        system,
        tuple(messages),
        min(max(temperature, 0.0), 2.0),
        min(max(max_tokens, 1), MOST_TOKENS),
        json_schema,
        tuple(tools),
    )
    dialect = DIALECTS[provider.kind]
    request = dialect.request(question, _key(provider), is_own=not provider.base_url)
    # No tokenizer makes more tokens than there are bytes.
    most = provider.cost(len(orjson.dumps(request.body)), question.max_tokens)
    usage = budget.reserve(provider, model=question.model, most=most)
    return Asked(provider, dialect, question, request, usage, time.monotonic())


def settled(asked: Asked, found: Heard | BaseException) -> Answer:
    """Pay for what came; an error that may have cost something counts in full and gets an empty answer."""
    ms, usage = int((time.monotonic() - asked.started) * 1000), asked.usage
    if isinstance(found, BaseException):
        is_free = isinstance(found, AiError) and not found.billed
        state = Usage.State.FREE if is_free else Usage.State.ASSUMED
        budget.settle(usage.pk, state=state, ms=ms, cost=0 if is_free else usage.reserved)
        return Answer("")
    cost = asked.provider.cost(found.tokens_in, found.tokens_out) if found.counted else usage.reserved
    told = {"cost": cost, "tokens_in": found.tokens_in, "tokens_out": found.tokens_out}
    budget.settle(usage.pk, state=Usage.State.DONE, ms=ms, **told)
    return Answer(found.text, found.data, found.tool_calls, found.tokens_in, found.tokens_out, cost)


@async_to_sync
async def _sent(asked: Asked) -> Heard:
    async with OutboundClient() as http:
        return await sent(asked, http)


def _key(provider: Provider) -> str:
    try:
        return provider.reveal_key()
    except (Unreadable, WrongScope) as error:
        sentence = _("The API key cannot be used. Paste it again, or choose a secret for AI.")
        raise AiError(sentence, permanent=True) from error


async def sent(asked: Asked, http: OutboundClient) -> Heard:
    """Asks no database of ours. Raises AiError."""
    request = asked.request
    url = (asked.provider.base_url or asked.dialect.base_url).rstrip("/") + request.path
    try:
        answer = await http.request(
            "POST", url, headers=request.headers, json=request.body, timeout=SECONDS, max_bytes=MAX_BYTES
        )
    except BlockedAddress as error:
        raise AiError(_("The provider's address is not on the public internet."), permanent=True) from error
    except TransportError as error:
        sentence = _("The provider did not answer properly within 25 seconds. Try again in a moment.")
        raise AiError(sentence, permanent=False, billed=error.ambiguous, retry_at=now() + _WAIT) from error
    if answer.status != 200:
        raise _refusal(answer)
    return _understood(answer, asked.dialect, asked.question)


def _understood(answer: OutboundResponse, dialect: Dialect, question: Question) -> Heard:
    try:
        return dialect.heard(answer.json(), question)
    except (ValueError, Odd, RecursionError, AttributeError, TypeError) as error:
        sentence = _("The provider's answer was not understood. Check its address and the model.")
        raise AiError(sentence, permanent=False, billed=True) from error


def _refusal(answer: OutboundResponse) -> AiError:
    if answer.status in (401, 403):
        return AiError(_("The provider refuses the API key. Check it."), permanent=True)
    if answer.status == 404:
        return AiError(_("The provider does not know this address or model. Check both."), permanent=True)
    if answer.status == 429:
        sentence = _("The provider asks to slow down or the account has no credit.")
        return AiError(sentence, permanent=False, retry_at=now() + _wait(answer))
    if answer.status >= 500:
        sentence = _("The provider has a problem of its own. Try again in a moment.")
        return AiError(sentence, permanent=False, retry_at=now() + _wait(answer), billed=True)
    sentence = _("The provider refused the question (%(status)d). Check model and settings.")
    return AiError(sentence % {"status": answer.status}, permanent=True)


def _wait(answer: OutboundResponse) -> timedelta:
    text = answer.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(text), 3600)) if text.isdecimal() and len(text) < 6 else _WAIT
