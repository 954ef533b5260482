"""What the pages of the bots share."""

import json
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.chatbots.models import Flow
from apps.organizations.models import Membership

LARGEST_BODY = 4_000_000


def member(request: HttpRequest) -> Membership:
    return cast(Membership, request.membership)  # type: ignore[attr-defined]


def is_fragment(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> TemplateResponse:
    return TemplateResponse(request, f"chatbots/{template}", context, status=status)


def address(request: HttpRequest, name: str, **kwargs: Any) -> str:
    return reverse(f"chatbots:{name}", kwargs={"slug": member(request).organization.slug, **kwargs})


def go(request: HttpRequest, name: str, *, query: str = "", **kwargs: Any) -> HttpResponse:
    return redirect(address(request, name, **kwargs) + query)


def flow_or_404(flow_id: UUID) -> Flow:
    return get_object_or_404(Flow.objects.kept().select_related("bot"), pk=flow_id)


def conflict_text(flow: Flow) -> str:
    """Who was faster, from the draft as it is now."""
    name = flow.draft_by.name if flow.draft_by else _("Another editor")
    said = _("%(name)s saved this flow in the meantime. Look at how it is now, then save again if you still want to.")
    return said % {"name": name}


def revision_of(data: Any) -> int:
    """The revision that a form or a body was made from; -1, which no draft has, when it says none."""
    text = str(data.get("revision", ""))
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def read_json(request: HttpRequest) -> dict[str, Any]:
    """A JSON object; raises ValidationError with a sentence for people."""
    if len(request.body) > LARGEST_BODY:
        raise ValidationError(_("This flow is too large to save. Split it into several flows."))
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValidationError(_("The flow could not be read. Reload the page and try again."))
    return found


def not_here() -> Http404:
    return Http404("no such step")
