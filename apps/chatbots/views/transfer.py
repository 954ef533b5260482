"""Flows as files, and ready-made bots."""

from uuid import UUID

import orjson

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.chatbots.forms import ImportForm
from apps.chatbots.transfer import import_graph
from apps.chatbots.views.common import address, flow_or_404, go, member, page
from apps.organizations.permissions import Perm, requires


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
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            bot = import_graph(form.cleaned_data["file"], name=form.cleaned_data["name"], by=member(request))
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return go(request, "bot", bot_id=bot.pk)
    context = {"form": form, "title": _("Import a bot"), "back_url": address(request, "bots")}
    return page(request, "form.html", status=422 if form.is_bound else 200, **context)
