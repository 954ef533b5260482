"""Flows as files, ready-made flows, and the look at what is offered before anything is kept."""

from typing import Any
from uuid import UUID

import orjson

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.ai.errors import AiError
from apps.ai.models import Provider
from apps.chatbots import generating, importing, proposals, ready_made, services
from apps.chatbots.forms import AcceptForm, DescribeForm, ImportForm
from apps.chatbots.presenting import facts_by_id, named
from apps.chatbots.proposals import Proposal
from apps.chatbots.ready_made import SAMPLES, Sample
from apps.chatbots.views.common import address, flow_or_404, go, member, page
from apps.organizations.permissions import Perm, has_perm, requires


@require_safe
@requires(Perm.SEE_BOTS)
def export(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(flow_id)
    body = orjson.dumps(flow.draft, option=orjson.OPT_INDENT_2)
    name = slugify(flow.name) or "flow"
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def import_bot(request: HttpRequest, slug: str) -> HttpResponse:
    """Reads the file and shows what came of it; nothing is kept yet."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            proposal = _read(form.cleaned_data["file"])
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return go(request, "proposal", key=proposals.keep(proposal, member(request)))
    context = {"form": form, "title": _("Import a flow"), "back_url": address(request, "bots")}
    context["save_label"] = _("Read the file")
    return page(request, "form.html", status=422 if form.is_bound else 200, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def generate(request: HttpRequest, slug: str) -> HttpResponse:
    """An AI draws what was described, and that is shown; nothing is kept yet."""
    if not Provider.objects.filter(is_active=True).exists():
        return page(request, "no_provider.html")
    form = DescribeForm(request.POST or None)
    if form.is_valid():
        try:
            found = generating.propose(form.cleaned_data["provider"], form.cleaned_data["description"])
        except AiError as error:
            form.add_error(None, error.sentence)
        except ValidationError as error:
            form.add_error("description", error)
        else:
            return go(request, "proposal", key=proposals.keep(found, member(request)))
    context = {"form": form, "title": _("Flow from a description"), "back_url": address(request, "bots")}
    context["save_label"] = _("Draw the flow")
    return page(request, "form.html", status=422 if form.is_bound else 200, **context)


def _read(file: "UploadedFile[bytes]") -> Proposal:
    """Of a file that is too large, no more than that is looked at."""
    return importing.read(file.read(importing.MAX_BYTES + 1), (file.name or "").rsplit(".", 1)[0])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def proposal(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found = proposals.find(key, member(request))
    if found is None:
        messages.warning(request, _("This preview is gone. Read the file again."))
        return go(request, "import")
    back_url = address(request, "generate" if found.source == "ai" else "import")
    return _preview(request, found, address(request, "proposal_graph", key=key), back_url)


@require_safe
@requires(Perm.MANAGE_BOTS)
def proposal_graph(request: HttpRequest, slug: str, key: str) -> JsonResponse:
    found = proposals.find(key, member(request))
    return _drawn(found.graph if found else {"nodes": [], "edges": [], "comments": []})


@require_safe
@requires(Perm.SEE_BOTS)
def gallery(request: HttpRequest, slug: str) -> HttpResponse:
    return page(request, "gallery.html", samples=SAMPLES.values())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.SEE_BOTS)
def sample(request: HttpRequest, slug: str, sample: str) -> HttpResponse:
    found = _sample_or_404(sample)
    graph = ready_made.with_provider(found.graph)
    offered = Proposal(str(found.title), graph, "gallery", tuple(_to_be_changed(found)))
    if request.method == "POST" and not has_perm(member(request), Perm.MANAGE_BOTS):
        return HttpResponse(status=403)
    graph_url = address(request, "sample_graph", sample=found.key)
    return _preview(request, offered, graph_url, address(request, "gallery"), text=found.text)


@require_safe
@requires(Perm.SEE_BOTS)
def sample_graph(request: HttpRequest, slug: str, sample: str) -> JsonResponse:
    return _drawn(_sample_or_404(sample).graph)


def _sample_or_404(key: str) -> Sample:
    if key not in ready_made.SAMPLES:
        raise Http404("no such sample")
    return ready_made.SAMPLES[key]


def _to_be_changed(found: Sample) -> list[str]:
    return [_("Change before you publish: %(what)s.") % {"what": need} for need in found.needs]


def _drawn(graph: dict[str, Any]) -> JsonResponse:
    """As the canvas reads a flow that nobody may change."""
    return JsonResponse({"graph": graph, "revision": 0, "facts": facts_by_id(graph), "catalogue": {}})


def _preview(request: HttpRequest, found: Proposal, graph_url: str, back_url: str, **more: Any) -> HttpResponse:
    """What is offered, on a canvas that can't be changed, and the form that takes it over."""
    form = AcceptForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        name, bot = form.cleaned_data["name"], form.cleaned_data["bot"]
        flow = proposals.accept(found, name=name, bot=bot, by=member(request))
        messages.success(request, _("“%(name)s” is a draft now. Nobody gets it until you publish it.") % {"name": name})
        return go(request, "flow", flow_id=flow.pk)
    problems = named(found.graph, services.problems(found.graph))
    context = {"proposal": found, "problems": problems, "form": form, "graph_url": graph_url, "back_url": back_url}
    return page(request, "preview.html", status=422 if form.is_bound else 200, **context, **more)
