"""A member's own notifications: nobody else's exist here. The page around the list belongs to the panels."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.preference_views import came_from
from apps.notifications import rendering, selectors, services
from apps.notifications.models import Notification
from apps.notifications.pages import membership_of


@require_safe
def counts(request: HttpRequest, slug: str) -> HttpResponse:
    """The bells, for a page whose socket has just opened."""
    unread = selectors.unread_count(membership_of(request).pk)
    return HttpResponse("".join(rendering.count_html(element, unread) for element in rendering.COUNTS))


@require_safe
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest ones, in the drawer; `?panel=console` leads on within that panel."""
    return _panel(request)


def _panel(request: HttpRequest) -> HttpResponse:
    membership = membership_of(request)
    page = selectors.page_of(membership, only_unread=False, after="", size=selectors.PANEL_SIZE)
    unread = selectors.unread_count(membership.pk)
    context = {"rows": page.rows, "unread": unread, "slug": membership.organization.slug}
    context["in_console"] = request.GET.get("panel") == "console"
    return TemplateResponse(request, "notifications/_panel.html", context)


@require_POST
def follow(request: HttpRequest, slug: str, notification_id: UUID) -> HttpResponse:
    """Read it and go where it leads."""
    row = get_object_or_404(Notification.objects.of(membership_of(request)), pk=notification_id)
    services.mark_read(membership_of(request), row.pk)
    if _is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": row.url})
    return HttpResponseRedirect(row.url)


@require_POST
def read(request: HttpRequest, slug: str, notification_id: UUID) -> HttpResponse:
    row = get_object_or_404(Notification.objects.of(membership_of(request)), pk=notification_id)
    services.mark_read(membership_of(request), row.pk)
    if not _is_fragment(request):
        return HttpResponseRedirect(came_from(request))
    row.refresh_from_db()
    return TemplateResponse(
        request, "notifications/_row.html", {"row": row, "slug": membership_of(request).organization.slug}
    )


@require_POST
def read_all(request: HttpRequest, slug: str) -> HttpResponse:
    services.mark_read(membership_of(request))
    return _panel(request) if _is_fragment(request) else HttpResponseRedirect(came_from(request))


def _is_fragment(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


@require_POST
def preferences(request: HttpRequest, slug: str) -> HttpResponse:
    """Each ticked box is `<kind>:<channel>`."""
    chosen = [tuple(value.rsplit(":", 1)) for value in request.POST.getlist("on") if ":" in value]
    services.choose(membership_of(request), [(kind, channel) for kind, channel in chosen])
    messages.success(request, _("Your notification preferences are saved."))
    return HttpResponseRedirect(came_from(request))
