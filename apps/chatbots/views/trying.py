"""The button that tries a step: its form as it stands, with sample variables."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from apps.audit.services import record
from apps.chatbots.editing import Step, Unknown, step_of
from apps.chatbots.forms import SampleForm
from apps.chatbots.graph import Port
from apps.chatbots.models import Flow
from apps.chatbots.nodes import KINDS
from apps.chatbots.trying import Tried, try_out
from apps.chatbots.views.common import flow_or_404, is_fragment, member, not_here, page
from apps.chatbots.views.steps import context_of, form_of, show
from apps.core.ratelimit import Limit, hit
from apps.organizations.permissions import Perm, requires

TRIES = Limit("try-step", times=20, seconds=60)


@require_POST
@requires(Perm.MANAGE_BOTS)
def node_try(request: HttpRequest, slug: str, flow_id: UUID, node_id: str) -> HttpResponse:
    flow = flow_or_404(flow_id)
    try:
        step = step_of(flow.draft, node_id)
    except Unknown:
        raise not_here() from None
    kind = KINDS.get(step["kind"])
    if kind is None or kind.group != "outside":
        raise not_here()
    form, samples = form_of(step, request.POST), SampleForm(request.POST)
    if not (form.is_valid() and samples.is_valid()):
        return _answer(request, flow, step, form, sample_form=samples)
    if not hit(TRIES, member(request).pk).allowed:
        return _answer(request, flow, step, form, sample_form=samples, too_often=True)
    record("flow.step_tried", actor=member(request), target=flow.name, kind=step["kind"])
    facts = {"last": {"text": samples.cleaned_data["sample_text"]}, "company": {"name": flow.organization.name}}
    fields = kind.filled(form.cleaned_data)
    tried = try_out(kind, fields, samples.cleaned_data["sample"], facts)
    ports = {port.name: port for port in kind.ports(fields)}
    return _answer(request, flow, step, form, sample_form=samples, tried=tried, left=_left(tried, ports))


def _left(tried: Tried, ports: dict[str, Port]) -> str:
    found = ports.get(tried.port)
    return str(found.label) if found else tried.port


def _answer(request: HttpRequest, flow: Flow, step: Step, form: forms.Form, **tried: Any) -> HttpResponse:
    """Beside the form, which keeps what was typed."""
    status = 200 if "tried" in tried else 422
    if is_fragment(request):
        return page(request, "_tried.html", status=status, form=form, **tried)
    return show(request, flow, status=status, **(context_of(flow, flow.draft, step, form) | tried))
