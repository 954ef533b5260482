"""The base of tasks that belong to one tenant."""

from typing import Any

import celery

from apps.core import correlation
from apps.organizations.tenancy import tenant_scope


class TenantTask(celery.Task):  # type: ignore[type-arg]
    """First argument: the organisation's id. The body runs inside that tenant's scope."""

    abstract = True

    def __call__(self, organization_id: str, *args: Any, **kwargs: Any) -> Any:
        with tenant_scope(organization_id), correlation.bound(correlation.accept(self.request.id or "")):
            return super().__call__(organization_id, *args, **kwargs)
