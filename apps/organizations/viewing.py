"""Rendering for a class of live viewers: their tenant, language and time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.cache import cache
from django.db import close_old_connections
from django.utils import timezone, translation

from apps.core.realtime.hub import RenderClass
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope

ORGANIZATION_SECONDS = 60


@contextmanager
def seen_by(viewer: RenderClass) -> Iterator[Organization]:
    """Inside: the tenant, language and time zone of a class of viewers."""
    close_old_connections()
    organization = _organization(viewer.organization_id)
    with (
        tenant_scope(organization),
        translation.override(viewer.language),
        timezone.override(organization.time_zone),
    ):
        yield organization


def _organization(pk: UUID) -> Organization:
    key = f"org:{pk}:organization:{pk}"
    found: Organization | None = cache.get(key)
    if found is None:
        found = Organization.objects.get(pk=pk)
        cache.set(key, found, ORGANIZATION_SECONDS)
    return found
