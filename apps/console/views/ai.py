"""AI providers: settings, a test, and what they cost this month."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.ai import services
from apps.ai.budget import this_month
from apps.ai.forms import ProviderForm
from apps.ai.models import Provider, Spending
from apps.ai.usage import uses
from apps.console.page import delete_or_say, go, member, page
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.MANAGE_CONNECTIONS)
def providers(request: HttpRequest, slug: str) -> HttpResponse:
    spent = dict(Spending.objects.filter(month=this_month()).values_list("provider_id", "spent"))
    rows = [(provider, spent.get(provider.pk, 0)) for provider in Provider.objects.order_by("name")]
    return page(request, "console/providers.html", "connections", rows=rows)


@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_CONNECTIONS)
def provider(request: HttpRequest, slug: str, provider_id: UUID | None = None) -> HttpResponse:
    found = get_object_or_404(Provider, pk=provider_id) if provider_id else None
    form = ProviderForm(request.POST or None, instance=found)
    name = found.name if found else ""
    if form.is_valid():
        saved = services.save(form.save(commit=False), actor=member(request), api_key=form.cleaned_data["api_key"])
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return go(request, "provider", provider_id=saved.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "found": found, "name": name, "uses": uses.of(found) if found else []}
    return page(request, "console/provider.html", "connections", status=status, **context)


@require_POST
@requires(Perm.MANAGE_CONNECTIONS)
def provider_test(request: HttpRequest, slug: str, provider_id: UUID) -> HttpResponse:
    found = get_object_or_404(Provider, pk=provider_id)
    said, problem = services.test(found)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("It answers: “%(said)s”") % {"said": said})
    return go(request, "provider", provider_id=found.pk)


@require_POST
@requires(Perm.MANAGE_CONNECTIONS)
def provider_delete(request: HttpRequest, slug: str, provider_id: UUID) -> HttpResponse:
    found = get_object_or_404(Provider, pk=provider_id)
    gone = delete_or_say(request, found, lambda: services.delete(found, actor=member(request)))
    return go(request, "providers") if gone else go(request, "provider", provider_id=provider_id)
