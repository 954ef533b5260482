"""One step's form: a drawer beside the canvas, or a part of the outline. Both save through here."""

import json
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from apps.chatbots import services
from apps.chatbots.editing import NEXT, Graph, Step, Unknown, connect, keep_ports, step_of, write_step
from apps.chatbots.models import Flow
from apps.chatbots.nodes import KINDS
from apps.chatbots.services import Conflict
from apps.chatbots.views.common import conflict_text, flow_or_404, go, is_fragment, member, not_here, page, revision_of
from apps.chatbots.views.steps import context_of, form_of, show
from apps.core.text import clean_name
from apps.organizations.permissions import Perm, has_perm, requires

LABEL_LENGTH = 80


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.SEE_BOTS)
def node(request: HttpRequest, slug: str, flow_id: UUID, node_id: str) -> HttpResponse:
    flow = flow_or_404(flow_id)
    try:
        step = step_of(flow.draft, node_id)
    except Unknown:
        if not is_fragment(request):
            raise not_here() from None
        return page(request, "_gone.html")
    if request.method != "POST":
        return _shown(request, flow, step, form_of(step))
    if not has_perm(member(request), Perm.MANAGE_BOTS):
        return HttpResponse(status=403)
    return _save(request, flow, step)


def _shown(request: HttpRequest, flow: Flow, step: Step, form: Form, **extra: Any) -> HttpResponse:
    status = 422 if form.is_bound and not extra.get("saved") else 200
    context = context_of(flow, flow.draft, step, form) | extra
    if is_fragment(request):
        return page(request, "_node.html", status=status, flow=flow, in_drawer=True, **context)
    return show(request, flow, status=status, **context)


def _save(request: HttpRequest, flow: Flow, step: Step) -> HttpResponse:
    form = form_of(step, request.POST)
    if not form.is_valid() or step["kind"] not in KINDS:
        return _shown(request, flow, step | {"label": _label(request)}, form)
    graph = _written(request, flow.draft, step, form)
    try:
        services.save_draft(flow, graph, revision_of(request.POST), member(request))
    except Conflict:
        flow.refresh_from_db()
        form.add_error(None, conflict_text(flow))
        return _shown(request, flow, step, form)
    return _saved(request, flow, step_of(flow.draft, step["id"]))


def _label(request: HttpRequest) -> str:
    return clean_name(request.POST.get("label", ""), LABEL_LENGTH)


def _written(request: HttpRequest, graph: Graph, step: Step, form: Form) -> Graph:
    """The draft with the step's answers, and its connections as far as its new answers still have those ports."""
    fields = form.cleaned_data
    written = write_step(graph, step["id"], label=_label(request), fields=fields)
    names = [port.name for port in KINDS[step["kind"]].ports(fields)]
    chosen = {name: request.POST[NEXT + name] for name in names if NEXT + name in request.POST}
    return keep_ports(connect(written, step["id"], chosen), step["id"], names)


def _saved(request: HttpRequest, flow: Flow, step: Step) -> HttpResponse:
    if not is_fragment(request):
        return go(request, "outline", flow_id=flow.pk, query=f"?step={step['id']}&saved=1#step-form")
    response = _shown(request, flow, step, form_of(step), saved=True)
    response["HX-Trigger"] = json.dumps({"flow:node": {"id": step["id"]}})
    return response
