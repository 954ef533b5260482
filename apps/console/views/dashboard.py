"""The first page: today's numbers and the first steps of a new company."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from apps.console import selectors
from apps.console.page import address, company, member, page
from apps.console.troubles import trouble_of
from apps.organizations.permissions import Perm, has_perm, requires


@require_safe
@requires(Perm.USE_CONSOLE)
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    return page(request, "console/dashboard.html", "dashboard", **_today(request))


@require_safe
@requires(Perm.USE_CONSOLE)
def dashboard_today(request: HttpRequest, slug: str) -> HttpResponse:
    """The part that refreshes itself."""
    return TemplateResponse(request, "console/_today.html", _today(request))


def _today(request: HttpRequest) -> dict[str, Any]:
    steps = selectors.first_steps()
    numbers = list(selectors.numbers_with_health())
    return {
        "today": selectors.today(company(request), member(request)),
        "steps": [{"step": step, "url": _place_of(request, step)} for step in steps],
        "next_step": next((step.key for step in steps if not step.done), ""),
        "steps_done": sum(step.done for step in steps),
        "numbers": [(number, trouble_of(number)) for number in numbers],
        "queues": list(selectors.queues_now()),
        "troubled_count": len(selectors.troubled(numbers)),
    }


def _place_of(request: HttpRequest, step: selectors.FirstStep) -> str:
    """Where a step is done; empty for whoever may not do it."""
    return address(request, step.url_name) if has_perm(member(request), step.perm) else ""
