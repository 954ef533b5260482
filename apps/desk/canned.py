"""One's own canned replies."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.conversations.canned import MEANINGS
from apps.conversations.inbox_forms import CannedForm
from apps.conversations.models import CannedReply
from apps.conversations.pages import membership_of
from apps.desk.nav import nav_for
from apps.organizations.permissions import Perm, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.USE_DESK)
def mine(request: HttpRequest, slug: str) -> HttpResponseBase:
    membership = membership_of(request)
    form = CannedForm(request.POST or None, owner=membership)
    if form.is_valid():
        form.save()
        messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
        return redirect(reverse("desk:canned", kwargs={"slug": slug}))
    context = {
        "nav": nav_for(request, "profile"),
        "form": form,
        "rows": CannedReply.objects.filter(owner=membership).order_by("shortcut"),
        "variables": MEANINGS,
    }
    return TemplateResponse(request, "desk/canned.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Perm.USE_DESK)
def delete(request: HttpRequest, slug: str, canned_id: UUID) -> HttpResponseBase:
    found = get_object_or_404(CannedReply, pk=canned_id, owner=membership_of(request))
    found.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found})
    return redirect(reverse("desk:canned", kwargs={"slug": slug}))
