"""Settings of the organisation, and a member's own notifications."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit.services import record
from apps.console.forms import OrganizationForm
from apps.console.page import company, go, member, page
from apps.notifications.pages import list_context
from apps.organizations.models import Organization
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.USE_CONSOLE)
def notifications(request: HttpRequest, slug: str) -> HttpResponse:
    """The member's own notifications, in this panel."""
    return page(request, "notifications/page.html", "", layout="layouts/console.html", **list_context(request))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_ORGANIZATION)
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """A copy is edited, so that a refused name never shows in the sidebar of the answer."""
    form = OrganizationForm(request.POST or None, instance=Organization.objects.get(pk=company(request).pk))
    if form.is_valid():
        with transaction.atomic():
            record("organization.changed", actor=member(request), target=form.save().name, fields=form.changed_data)
        messages.success(request, _("Settings saved."))
        return go(request, "settings")
    status = 422 if form.is_bound else 200
    return page(request, "console/settings.html", "settings", status=status, form=form)
