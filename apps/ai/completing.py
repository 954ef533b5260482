"""`complete`: one question to a provider, paid for within its budget."""

import time
from collections.abc import Sequence
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
    return _paid(provider, dialect, question, request, usage)


def _paid(provider: Provider, dialect: Dialect, question: Question, request: Request, usage: Usage) -> Answer:
    started = time.monotonic()
    state, told = Usage.State.ASSUMED, {"cost": usage.reserved}
    try:
        heard = _heard(provider, dialect, question, request)
        cost = provider.cost(heard.tokens_in, heard.tokens_out) if heard.counted else usage.reserved
        told = {"cost": cost, "tokens_in": heard.tokens_in, "tokens_out": heard.tokens_out}
        state = Usage.State.DONE
    except AiError as error:
        if not error.billed:
            state, told = Usage.State.FREE, {}
        raise
    finally:
        budget.settle(usage.pk, state=state, ms=int((time.monotonic() - started) * 1000), **told)
    return Answer(heard.text, heard.data, heard.tool_calls, heard.tokens_in, heard.tokens_out, cost)


def _key(provider: Provider) -> str:
    try:
        return provider.reveal_key()
    except (Unreadable, WrongScope) as error:
        sentence = _("The API key cannot be used. Paste it again, or choose a secret for AI.")
        raise AiError(sentence, permanent=True) from error


def _heard(provider: Provider, dialect: Dialect, question: Question, request: Request) -> Heard:
    url = (provider.base_url or dialect.base_url).rstrip("/") + request.path
    try:
        answer = _post(url, request)
    except BlockedAddress as error:
        raise AiError(_("The provider's address is not on the public internet."), permanent=True) from error
    except TransportError as error:
        sentence = _("The provider did not answer properly within 25 seconds. Try again in a moment.")
        raise AiError(sentence, permanent=False, billed=error.ambiguous, retry_at=now() + _WAIT) from error
    if answer.status != 200:
        raise _refusal(answer)
    return _understood(answer, dialect, question)


@async_to_sync
async def _post(url: str, request: Request) -> OutboundResponse:
    async with OutboundClient() as http:
        return await http.request(
            "POST", url, headers=request.headers, json=request.body, timeout=SECONDS, max_bytes=MAX_BYTES
        )


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
