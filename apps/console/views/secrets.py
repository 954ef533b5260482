"""The vault: secrets with masked values; looking at one is written down."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.models import AuditEvent
from apps.console.page import delete_or_say, go, member, page
from apps.organizations.permissions import Perm, requires
from apps.vault import services
from apps.vault.forms import DescriptionForm, ReplaceForm, RevealForm, SecretForm
from apps.vault.models import Secret
from apps.vault.usage import uses_of

TRAIL = 20


@require_safe
@requires(Perm.MANAGE_SECRETS)
def secrets(request: HttpRequest, slug: str) -> HttpResponse:
    wanted, scope = request.GET.get("q", "").strip()[:60], request.GET.get("scope", "")
    rows = Secret.objects.select_related("created_by__user").order_by("name")
    rows = rows.filter(name__icontains=wanted) if wanted else rows
    rows = rows.filter(scope=scope) if scope in Secret.Scope.values else rows
    found: dict[str, Any] = {"rows": list(rows), "wanted": wanted, "scope": scope, "scopes": Secret.Scope.choices}
    return page(request, "console/secrets.html", "connections", **found)


@sensitive_post_parameters("value")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_SECRETS)
def secret_new(request: HttpRequest, slug: str) -> HttpResponse:
    form = SecretForm(request.POST or None)
    if form.is_valid():
        made = services.create(actor=member(request), **form.cleaned_data)
        messages.success(request, _("“%(name)s” is saved.") % {"name": made.name})
        return go(request, "secret", secret_id=made.pk)
    return page(request, "console/secret_new.html", "connections", status=_status(form), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_SECRETS)
def secret(request: HttpRequest, slug: str, secret_id: UUID) -> HttpResponse:
    found = _secret(secret_id)
    form = DescriptionForm(request.POST or None, instance=found)
    if form.is_valid():
        services.describe(found, actor=member(request), **form.cleaned_data)
        messages.success(request, _("“%(name)s” is saved.") % {"name": found.name})
        return go(request, "secret", secret_id=found.pk)
    return _show(request, found, status=_status(form), form=form)


@sensitive_post_parameters("value")
@require_POST
@requires(Perm.MANAGE_SECRETS)
def secret_replace(request: HttpRequest, slug: str, secret_id: UUID) -> HttpResponse:
    found, form = _secret(secret_id), ReplaceForm(request.POST)
    if not form.is_valid():
        return _show(request, found, status=422, replace_form=form)
    services.replace(found, actor=member(request), value=form.cleaned_data["value"])
    messages.success(request, _("The value of “%(name)s” is replaced.") % {"name": found.name})
    return go(request, "secret", secret_id=found.pk)


@never_cache
@sensitive_variables("value")
@sensitive_post_parameters("password")
@require_POST
@requires(Perm.REVEAL_SECRETS)
def secret_reveal(request: HttpRequest, slug: str, secret_id: UUID) -> HttpResponse:
    """The value, once, in the answer to a password."""
    found, form = _secret(secret_id), RevealForm(request.POST)
    if form.is_valid():
        try:
            value = services.reveal(found, actor=member(request), password=form.cleaned_data["password"])
            return _show(request, found, value=value)
        except ValidationError as error:
            form.add_error("password", error)
    return _show(request, found, status=422, reveal_form=form)


@require_POST
@requires(Perm.MANAGE_SECRETS)
def secret_delete(request: HttpRequest, slug: str, secret_id: UUID) -> HttpResponse:
    found = _secret(secret_id)
    gone = delete_or_say(request, found, lambda: services.delete(found, actor=member(request)))
    return go(request, "secrets") if gone else go(request, "secret", secret_id=secret_id)


def _secret(secret_id: UUID) -> Secret:
    return get_object_or_404(Secret.objects.select_related("created_by__user"), pk=secret_id)


def _status(form: forms.BaseForm) -> int:
    return 422 if form.is_bound else 200


def _show(request: HttpRequest, found: Secret, *, status: int = 200, **context: Any) -> HttpResponse:
    events = AuditEvent.objects.filter(action__startswith="secret.", data__secret=str(found.pk)).order_by("-at")
    shown = {
        "found": found,
        "uses": uses_of(found),
        "trail": list(events[:TRAIL]),
        "form": DescriptionForm(instance=found),
        "replace_form": ReplaceForm(),
        "reveal_form": RevealForm(),
    }
    return page(request, "console/secret.html", "connections", status=status, **{**shown, **context})
