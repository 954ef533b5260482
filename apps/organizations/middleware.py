"""Enters the tenant of `/o/<slug>/…` for the whole request, the rendering of its template included."""

import re
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone

from apps.core.text import clean_text
from apps.organizations.models import Membership
from apps.organizations.tenancy import platform_scope, tenant_scope

_TENANT_PATH = re.compile(r"/o/([^/]+)/")
_BACKOFFICE_PATH = "/backoffice/"


def find_membership(user_id: UUID, slug: str) -> Membership | None:
    """The active membership of a user in an active organisation, with both loaded."""
    with platform_scope(reason="the membership decides which tenant may be entered"):
        return (
            Membership.objects.select_related("organization", "user")
            .filter(user_id=user_id, organization__slug=clean_text(slug), is_active=True, organization__is_active=True)
            .first()
        )


class TenantMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_BACKOFFICE_PATH):
            with platform_scope(reason="staff work across tenants in the back-office"):
                return self.get_response(request)
        match = _TENANT_PATH.match(request.path)
        return self._inside(request, match[1]) if match else self.get_response(request)

    def _inside(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_login(request)
        membership = find_membership(request.user.pk, slug)
        request.membership = membership  # type: ignore[attr-defined]
        if membership is None:
            return self.get_response(request)
        request.organization = membership.organization  # type: ignore[attr-defined]
        with tenant_scope(membership.organization_id), timezone.override(membership.organization.time_zone):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Outsiders get the page of a thing that does not exist, from inside the handlers that make such pages."""
        if _TENANT_PATH.match(request.path) and getattr(request, "membership", None) is None:
            raise Http404


def _ask_to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        query = urlencode({REDIRECT_FIELD_NAME: request.headers.get("HX-Current-URL", "")})
        return HttpResponse(status=401, headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{query}"})
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
