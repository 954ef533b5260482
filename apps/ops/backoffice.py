"""The back-office site: unfold's, with the one CSP allowance that its pages need (docs/adr/0006-backoffice-csp.md)."""

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from unfold.sites import UnfoldAdminSite

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse

ALLOWANCE = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}


class BackofficeSite(UnfoldAdminSite):  # type: ignore[misc]
    """Every page of the site, the log-in included, carries the allowance; no other page does."""

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return _relaxed(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = _relaxed(super().login)(request, extra_context)
        return answer


def _relaxed(view: Callable[..., Any]) -> Callable[..., Any]:
    return csp_update(ALLOWANCE)(view)


class BackofficeConfig(AdminConfig):
    """In INSTALLED_APPS in place of `django.contrib.admin`."""

    default_site = "apps.ops.backoffice.BackofficeSite"
