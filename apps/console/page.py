"""How every page of the console is made: one place that adds the navigation."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.console.nav import build_nav
from apps.core.usage import in_use
from apps.organizations.models import Membership, Organization


def page(request: HttpRequest, template: str, active: str, *, status: int = 200, **context: Any) -> TemplateResponse:
    """A full page inside `layouts/console.html`, rendered later within the tenant's scope."""
    return TemplateResponse(request, template, {"nav": build_nav(request, active), **context}, status=status)


def member(request: HttpRequest) -> Membership:
    return cast(Membership, request.membership)  # type: ignore[attr-defined]


def company(request: HttpRequest) -> Organization:
    return cast(Organization, request.organization)  # type: ignore[attr-defined]


def zone_of(organization: Organization) -> tzinfo:
    return ZoneInfo(organization.time_zone)


def address(request: HttpRequest, name: str, **kwargs: Any) -> str:
    """A console page of the company in scope."""
    return reverse(f"console:{name}", kwargs={"slug": company(request).slug, **kwargs})


def go(request: HttpRequest, name: str, **kwargs: Any) -> HttpResponse:
    return redirect(address(request, name, **kwargs))


def delete_or_say(request: HttpRequest, found: Any, delete: Callable[[], object]) -> bool:
    """Delete something that has a name; False, with a sentence that names them, where others still use it."""
    try:
        delete()
    except ProtectedError as error:
        refused = in_use(found.name, map(str, error.protected_objects))
    except ValidationError as error:
        refused = error
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
        return True
    messages.error(request, refused.messages[0])
    return False
