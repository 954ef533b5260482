"""The builder of one flow: its page, its draft as JSON, and the panels beside the canvas."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.chatbots import removing, services
from apps.chatbots.browsing import variable_groups
from apps.chatbots.forms import FlowForm
from apps.chatbots.models import Bot, Flow
from apps.chatbots.presenting import catalogue, facts_by_id, named, palette
from apps.chatbots.services import Conflict
from apps.chatbots.views.bots import removed
from apps.chatbots.views.common import address, conflict_text, flow_or_404, go, member, page, read_json, revision_of
from apps.organizations.permissions import Perm, has_perm, requires


@require_safe
@requires(Perm.SEE_BOTS)
def flow(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    found = flow_or_404(flow_id)
    return page(request, "builder.html", flow=found, palette=palette(), problem_count=len(services.problems(found)))


@require_http_methods(["GET", "HEAD", "PUT"])
@requires(Perm.SEE_BOTS)
def draft(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    """GET: `{graph, revision, facts, catalogue}`. PUT takes `{graph, revision}`; 409 when it was made from another."""
    found = flow_or_404(flow_id)
    if request.method != "PUT":
        facts = facts_by_id(found.draft, services.problems(found))
        return JsonResponse(
            {"graph": found.draft, "revision": found.draft_revision, "facts": facts, "catalogue": catalogue()}
        )
    if not has_perm(member(request), Perm.MANAGE_BOTS):
        return JsonResponse({}, status=403)
    return _put(request, found)


def _put(request: HttpRequest, found: Flow) -> JsonResponse:
    try:
        body = read_json(request)
        services.save_draft(found, body.get("graph"), revision_of(body), member(request))
    except Conflict as error:
        found.refresh_from_db()
        return JsonResponse({"revision": error.revision, "text": conflict_text(found)}, status=409)
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0]}, status=422)
    found_problems = services.problems(found)
    facts = facts_by_id(found.draft, found_problems)
    return JsonResponse({"revision": found.draft_revision, "facts": facts, "problems": len(found_problems)})


@require_safe
@requires(Perm.SEE_BOTS)
def problems(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    found = flow_or_404(flow_id)
    return page(request, "_problems.html", problems=named(found.draft, services.problems(found)))


@require_safe
@requires(Perm.SEE_BOTS)
def variables(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    return page(request, "_variables.html", groups=variable_groups(flow_or_404(flow_id).draft))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def flow_new(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    bot = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    form = FlowForm(request.POST or None, instance=Flow(bot=bot))
    if form.is_valid():
        made = services.create_flow(bot, name=form.cleaned_data["name"], by=member(request))
        return go(request, "flow", flow_id=made.pk)
    return _form(request, form, _("New flow"), bot_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def flow_edit(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    found = flow_or_404(flow_id)
    form = FlowForm(request.POST or None, instance=found)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            record("flow.renamed", actor=member(request), target=found.name)
        return go(request, "bot", bot_id=found.bot_id)
    return _form(
        request, form, _("Rename the flow"), found.bot_id, **({} if found.is_main else _deleting(request, found))
    )


def _deleting(request: HttpRequest, found: Flow) -> dict[str, str]:
    return {
        "delete_url": address(request, "flow_delete", flow_id=found.pk),
        "delete_label": _("Delete this flow"),
        "delete_text": removing.consequences([found]),
    }


@require_POST
@requires(Perm.MANAGE_BOTS)
def flow_delete(request: HttpRequest, slug: str, flow_id: UUID) -> HttpResponse:
    found = flow_or_404(flow_id)
    remove = partial(removing.delete_flow, found, member(request))
    return removed(request, remove, found.name, address(request, "bot", bot_id=found.bot_id))


def _form(request: HttpRequest, form: FlowForm, title: str, bot_id: UUID, **extra: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "back_url": address(request, "bot", bot_id=bot_id),
        **extra,
    }
    return page(request, "form.html", status=422 if form.is_bound else 200, **context)
