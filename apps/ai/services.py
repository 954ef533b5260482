"""Verbs of AI providers, each audited; no event holds a key."""

from django.db import transaction

from apps.ai.completing import complete
from apps.ai.errors import AiError
from apps.ai.models import Provider
from apps.ai.talk import Turn
from apps.ai.usage import uses
from apps.audit.services import record
from apps.core.clock import now
from apps.organizations.models import Membership


@transaction.atomic
def save(provider: Provider, *, actor: Membership, api_key: str = "") -> Provider:
    """An empty `api_key` keeps the one that is there; a chosen secret replaces it."""
    if provider._state.adding:
        provider.created_by = actor
    if api_key:
        provider.api_key = api_key
    if provider.secret_id:
        provider.api_key = ""
    provider.checked_at, provider.problem = None, ""
    provider.save()
    record("ai.saved", actor=actor, target=provider.name, kind=provider.kind, model=provider.model)
    return provider


@transaction.atomic
def delete(provider: Provider, *, actor: Membership) -> None:
    """Raises ValidationError that names every use while there is one."""
    uses.refuse(provider, provider.name)
    record("ai.deleted", actor=actor, target=provider.name)
    provider.delete()


def test(provider: Provider) -> tuple[str, str]:
    """(what it answered, what is wrong): one of them is empty. Costs a few tokens, within the budget."""
    said, problem = "", ""
    try:
        said = complete(provider, system="", messages=[Turn("user", "Say hello in one word.")], max_tokens=50).text
    except AiError as error:
        problem = error.sentence
    provider.checked_at, provider.problem = now(), problem[:300]
    provider.save(update_fields=["checked_at", "problem"])
    return said[:300], problem
