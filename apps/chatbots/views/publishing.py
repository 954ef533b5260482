"""Publishing a draft, its versions, what changed between them, and rolling back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.chatbots import services
from apps.chatbots.differences import compare
from apps.chatbots.forms import PublishForm
from apps.chatbots.models import Flow, FlowVersion
from apps.chatbots.presenting import in_words, name_of, named
from apps.chatbots.proving import Result
from apps.chatbots.views.common import address, flow_or_404, go, is_fragment, member, page
from apps.organizations.permissions import Perm, requires

EMPTY: dict[str, Any] = {"nodes": [], "edges": [], "comments": []}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def publish(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    found = named(flow.draft, [each for each in services.problems(flow) if each.blocks])
    form, failed = PublishForm(request.POST or None), list[Result]()
    if not found and form.is_valid():
        try:
            return _published(request, flow, form)
        except services.NotPublishable as error:  # changed by somebody else in this moment
            found = named(flow.draft, error.problems)
        except services.TestsFailed as error:
            failed = error.results
    context = {"flow": flow, "form": form, "problems": found, "failed": failed, "in_dialog": is_fragment(request)}
    template = "_publish.html" if is_fragment(request) else "publish.html"
    return page(request, template, status=422 if request.method == "POST" else 200, **context)


def _published(request: HttpRequest, flow: Flow, form: PublishForm) -> HttpResponse:
    note, percent = form.cleaned_data["note"], form.cleaned_data["canary_percent"]
    despite = "despite_tests" in request.POST
    made = services.publish(flow, member(request), note, percent, despite_tests=despite)
    messages.success(request, _("Version %(number)s is published.") % {"number": made.number})
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address(request, "versions", flow_id=flow.pk)})
    return go(request, "versions", flow_id=flow.pk)


@require_safe
@requires(Perm.SEE_BOTS)
def versions(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    rows = flow.versions.defer("graph").select_related("published_by__user").order_by("-number")
    return page(request, "versions.html", flow=flow, versions=rows)


@require_safe
@requires(Perm.SEE_BOTS)
def version(request: HttpRequest, slug: str, flow_id: UUID, version_id: UUID) -> HttpResponse:
    """What a version changed against the one before, or against the one that `?against=` names."""
    flow = flow_or_404(flow_id)
    found = get_object_or_404(flow.versions, pk=version_id)
    others = list(flow.versions.defer("graph").exclude(pk=version_id).order_by("-number"))
    against = _against(flow, found, request.GET.get("against", ""))
    changes = compare(against.graph if against else EMPTY, found.graph)
    for change in changes:
        change.step["name"] = name_of(change.step)
    told = [(change, in_words(change, found.graph, against.graph if against else EMPTY)) for change in changes]
    context: dict[str, Any] = {"flow": flow, "version": found, "others": others, "against": against, "changes": told}
    return page(request, "version.html", **context)


def _against(flow: Flow, found: FlowVersion, wanted: str) -> FlowVersion | None:
    if wanted.isdecimal() and len(wanted) < 7:
        return flow.versions.filter(number=int(wanted)).first()
    return flow.versions.filter(number__lt=found.number).order_by("-number").first()


@require_POST
@requires(Perm.MANAGE_BOTS)
def rollback(request: HttpRequest, slug: str, flow_id: UUID, version_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    wanted = get_object_or_404(flow.versions, pk=version_id)
    made = services.rollback(flow, wanted, member(request))
    said = _("Version %(number)s is published: it is version %(wanted)s again.")
    messages.success(request, said % {"number": made.number, "wanted": wanted.number})
    return go(request, "versions", flow_id=flow.pk)
