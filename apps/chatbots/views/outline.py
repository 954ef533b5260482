"""The flow as a list, for the keyboard and for screen readers: plain forms, no script needed."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.chatbots import services
from apps.chatbots.editing import Graph, Unknown, add_step, in_order, move_step, remove_step, step_of
from apps.chatbots.models import Flow
from apps.chatbots.nodes import KINDS
from apps.chatbots.services import Conflict
from apps.chatbots.views.common import conflict_text, flow_or_404, go, member, not_here, revision_of
from apps.chatbots.views.figures import figures_of
from apps.chatbots.views.steps import context_of, form_of, show
from apps.organizations.permissions import Perm, requires

CHANGES: dict[str, Callable[[Graph, str], Graph]] = {
    "up": lambda graph, node_id: move_step(graph, node_id, -1),
    "down": lambda graph, node_id: move_step(graph, node_id, 1),
    "delete": remove_step,
}


@require_safe
@requires(Perm.SEE_BOTS)
def outline(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    try:
        step = step_of(flow.draft, request.GET.get("step", ""))
    except Unknown:
        extra = figures_of(request, flow) if "figures" in request.GET else {}
        return show(request, flow, in_outline=True, with_figures=bool(extra), **extra)
    context = context_of(flow, flow.draft, step, form_of(step))
    return show(request, flow, saved=request.GET.get("saved") == "1", **context)


@require_POST
@requires(Perm.MANAGE_BOTS)
def step_add(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        return show(request, flow, status=422, notice=_("Choose what kind of step to add."))
    after, _colon, port = request.POST.get("after", "").partition(":")
    graph, step = add_step(flow.draft, kind, {}, after=after, port=port)
    return _keep(request, flow, graph, step["id"])


@require_POST
@requires(Perm.MANAGE_BOTS)
def step_change(request: HttpRequest, slug: str, flow_id: UUID, node_id: str) -> HttpResponse:
    """`do` is up, down or delete."""
    flow = flow_or_404(flow_id)
    change = CHANGES.get(request.POST.get("do", ""))
    try:
        step_of(flow.draft, node_id)
    except Unknown:
        raise not_here() from None
    if change is None:
        return show(request, flow, status=422, notice=_("Choose what to do with the step."))
    return _keep(request, flow, change(flow.draft, node_id), "" if change is remove_step else node_id)


@require_POST
@requires(Perm.MANAGE_BOTS)
def step_order(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    return _keep(request, flow, in_order(flow.draft), "")


def _keep(request: HttpRequest, flow: Flow, graph: Graph, node_id: str) -> HttpResponse:
    try:
        services.save_draft(flow, graph, revision_of(request.POST), member(request))
    except Conflict:
        flow.refresh_from_db()
        return show(request, flow, status=422, notice=conflict_text(flow))
    query = f"?step={node_id}#step-form" if node_id else ""
    return go(request, "outline", flow_id=flow.pk, query=query)
