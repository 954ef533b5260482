"""Rendering for a class of live viewers: their tenant, language and time zone."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from uuid import UUID

from django.utils import timezone, translation

from apps.core.realtime.rendering import RenderClass
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope

FRESH_SECONDS = 30


@contextmanager
def seen_by(viewer: RenderClass) -> Iterator[Organization]:
    """Inside: the tenant, language and time zone of a class of viewers."""
    organization = _organization(viewer.organization_id, int(time.monotonic() // FRESH_SECONDS))
    with tenant_scope(organization), _speaking(viewer.language), timezone.override(organization.time_zone):
        yield organization


def _speaking(language: str) -> AbstractContextManager[None]:
    """Most viewers speak what the house speaks: what holds already need not be set and taken back for every push."""
    return nullcontext() if translation.get_language() == language else translation.override(language)


@lru_cache(maxsize=1024)
def _organization(pk: UUID, _half_minute: int) -> Organization:
    return Organization.objects.get(pk=pk)
