"""Tests of a flow: recorded, looked at, run, thinned out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.chatbots import graph as graphs
from apps.chatbots import proving, simulating
from apps.chatbots.models import Flow, FlowTest, Session
from apps.chatbots.presenting import name_of
from apps.chatbots.rehearsal import play
from apps.chatbots.views.common import flow_or_404, go, member, page
from apps.organizations.permissions import Perm, requires


def _test_or_404(flow: Flow, test_id: UUID) -> FlowTest:
    return get_object_or_404(FlowTest.objects.select_related("flow__bot", "flow__organization"), pk=test_id, flow=flow)


@require_safe
@requires(Perm.SEE_BOTS)
def tests(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    """All of them, as they end on the draft as it is now."""
    flow = flow_or_404(flow_id)
    try:
        results, problem = proving.run_all(flow), ""
    except graphs.BadGraph as error:
        results, problem = [], error.messages[0]
    return page(request, "tests.html", flow=flow, results=results, names=_names(flow), problem=problem)


def _names(flow: Flow) -> dict[str, str]:
    return {node["id"]: name_of(node) for node in flow.draft["nodes"]}


@require_POST
@requires(Perm.MANAGE_BOTS)
def test_new(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    """Of the simulation as it stands."""
    flow = flow_or_404(flow_id)
    script = simulating.find(flow, member(request))
    if script is None:
        messages.error(request, _("Talk to the flow in the simulator first: a test is made of what happens there."))
        return go(request, "simulate", flow_id=flow.pk)
    seen = simulating.transcript(flow, script)
    made = proving.create(flow, request.POST.get("name", ""), script, seen, member(request))
    return go(request, "test", flow_id=flow.pk, test_id=made.pk)


@require_POST
@requires(Perm.MANAGE_BOTS)
def test_of_session(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Of a real session: what its customer said, and what came back from outside."""
    rows = Session.objects.select_related("version__flow__bot", "conversation__organization")
    session = get_object_or_404(rows, pk=session_id)
    flow, script = session.version.flow, proving.script_of(session)
    programs = simulating.DraftPrograms(flow, session.version.graph, session.seed)
    seen = play(programs, script, simulating.sample_facts(flow))
    made = proving.create(flow, _("From a conversation"), script, seen, member(request))
    return go(request, "test", flow_id=flow.pk, test_id=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def test(request: HttpRequest, slug: str, flow_id: UUID, test_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    found = _test_or_404(flow, test_id)
    if request.method == "POST":
        proving.thin_out(found, request.POST.dict())
        record("flow.test_changed", actor=member(request), target=flow.name, test=found.name)
        messages.success(request, _("The test is saved."))
        return go(request, "test", flow_id=flow.pk, test_id=found.pk)
    try:
        result = proving.run(found)
    except graphs.BadGraph as error:
        result = proving.Result(found, [proving.Difference("", error.messages[0])])
    return page(request, "test.html", flow=flow, test=found, result=result, names=_names(flow), ends=proving.ENDS)


@require_POST
@requires(Perm.MANAGE_BOTS)
def test_delete(request: HttpRequest, slug: str, flow_id: UUID, test_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    found = _test_or_404(flow, test_id)
    record("flow.test_deleted", actor=member(request), target=flow.name, test=found.name)
    found.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return go(request, "tests", flow_id=flow.pk)
