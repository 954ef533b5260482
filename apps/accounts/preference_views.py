"""Language and theme: one POST each, from a plain form or htmx, logged in or not."""

import json
from collections.abc import Container

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.accounts import services
from apps.accounts.models import User
from apps.accounts.preferences import remember_language, remember_theme


def came_from(request: HttpRequest) -> str:
    """`next`, else the page that sent the form, as long as it is one of ours; else the start."""
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
            return address
    return "/"


def _answer(request: HttpRequest, hx_header: tuple[str, str]) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers=dict([hx_header]))
    return HttpResponseRedirect(came_from(request))


def _chosen(request: HttpRequest, name: str, choices: Container[str]) -> str | None:
    choice = request.POST.get(name, "")
    return choice if choice in choices else None


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """`theme` is auto, light or dark. htmx gets the event `pt:theme`."""
    choice = _chosen(request, "theme", User.Theme.values)
    if choice is None:
        return HttpResponseBadRequest()
    if isinstance(request.user, User):
        services.set_theme(request.user, choice)
    response = _answer(request, ("HX-Trigger", json.dumps({"pt:theme": {"theme": choice}})))
    remember_theme(response, choice)
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """`language` is one of LANGUAGES. htmx reloads the page."""
    choice = _chosen(request, "language", dict(settings.LANGUAGES))
    if choice is None:
        return HttpResponseBadRequest()
    if isinstance(request.user, User):
        services.set_language(request.user, choice)
    response = _answer(request, ("HX-Refresh", "true"))
    remember_language(response, choice)
    return response
