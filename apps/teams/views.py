"""The presence switch of both panels."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from apps.accounts.preference_views import came_from
from apps.organizations.permissions import Perm, requires
from apps.teams import services


@require_POST
@requires(Perm.REPLY)
def presence(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        agent = services.set_presence(request.membership, request.POST.get("state", ""))  # type: ignore[attr-defined]
    except ValidationError as error:
        return HttpResponseBadRequest(error.messages[0])
    if not request.headers.get("HX-Request"):
        return redirect(came_from(request))
    return TemplateResponse(request, "teams/_presence.html", {"presence": agent})
