"""The addresses that other systems call. No login: the signature says who it is; without a key nobody gets in."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.chatbots.hooks import calls, events, signing
from apps.chatbots.hooks.calls import Answer, refused
from apps.core import metrics
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope

LARGEST = 256 * 1024
Take = Callable[[Mapping[str, Any]], Answer]


@csrf_exempt
@require_POST
def payments(request: HttpRequest, slug: str) -> HttpResponse:
    return _taken(request, slug, calls.pay)


@csrf_exempt
@require_POST
def event(request: HttpRequest, slug: str) -> HttpResponse:
    return _taken(request, slug, events.begin)


def _taken(request: HttpRequest, slug: str, take: Take) -> HttpResponse:
    body = _body(request)
    if body is None:
        return _answer(refused(413, "size", _("The body is too large: at most 256 kB.")))
    organization = signing.caller(slug, request.headers.get(signing.HEADER, ""), body, now())
    if organization is None:
        return _answer(refused(403, "signature", _("The signature is missing, wrong or too old.")))
    found = _object(body)
    with tenant_scope(organization), translation.override(organization.language):
        if found is None:
            return _answer(refused(422, "json", _("The body is not a JSON object.")))
        return _answer(take(found))


def _body(request: HttpRequest) -> bytes | None:
    """No more is read than may be there."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > LARGEST:
        return None
    body = request.read(LARGEST + 1)
    return body if len(body) <= LARGEST else None


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) and "\\u0000" not in body.decode("utf-8", "replace") else None


def _answer(answer: Answer) -> HttpResponse:
    metrics.WEBHOOKS.labels(f"hook_{answer.status}").inc()
    return JsonResponse(answer.body, status=answer.status)
