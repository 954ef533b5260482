"""The page with the addresses for other systems, their key, and examples to copy."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.audit.services import record
from apps.chatbots.hooks import signing
from apps.chatbots.models import HookKey
from apps.chatbots.views.common import member, page
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.MANAGE_BOTS)
def addresses(request: HttpRequest, slug: str) -> HttpResponse:
    return _shown(request)


@require_POST
@requires(Perm.MANAGE_BOTS)
@transaction.atomic
def key_renew(request: HttpRequest, slug: str) -> HttpResponse:
    """The only time that the key is shown."""
    secret = signing.renew()
    record("hook_key.renewed", actor=member(request))
    messages.success(request, _("Copy the new key now: it is not shown again. The one before no longer works."))
    return _shown(request, secret=secret)


def _shown(request: HttpRequest, **context: Any) -> HttpResponse:
    bodies: dict[str, dict[str, Any]] = {
        "event": {
            "event": "carrinho.abandonado",
            "phone": "+5511988887777",
            "id": "carrinho-42",
            "data": {"valor": "99,90"},
        },
        "payments": {"reference": "3f2a9c…", "amount": "99.90"},
    }
    found = {name: _example(request, name, body) for name, body in bodies.items()}
    return page(request, "addresses.html", key=HookKey.objects.first(), examples=found, **context)


def example(request: HttpRequest, event: str) -> dict[str, str]:
    """The address of events, and how to call it for this one."""
    body = {"event": event or "carrinho.abandonado", "phone": "+5511988887777", "data": {}}
    return _example(request, "event", body)


def _example(request: HttpRequest, name: str, body: dict[str, Any]) -> dict[str, str]:
    path = reverse(f"hooks:{name}", kwargs={"slug": member(request).organization.slug})
    url = f"{settings.PUBLIC_URL.rstrip('/')}{path}"
    lines = [
        f"BODY='{json.dumps(body, ensure_ascii=False)}'",
        "T=$(date +%s)",
        'S=$(printf "%s.%s" "$T" "$BODY" | openssl dgst -sha256 -hmac "$PYTAKE_KEY" | sed "s/^.* //")',
        f'curl -X POST {url} -H "{signing.HEADER}: t=$T,v1=$S" -H "Content-Type: application/json" -d "$BODY"',
    ]
    return {"url": url, "code": "\n".join(lines)}
