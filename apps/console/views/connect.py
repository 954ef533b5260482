"""The guided connection of a number: values and checks, then the webhook, then who answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.console import graph
from apps.console.forms import ConnectForm, RouteForm
from apps.console.page import go, member, page
from apps.console.views.numbers import connected, save_route
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.connect.numbers import TakenElsewhere, keep, refuse_foreign
from apps.whatsapp.connect.report import Report
from apps.whatsapp.errors import GraphError
from apps.whatsapp.models import Number


@sensitive_post_parameters("access_token", "app_secret")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_NUMBERS)
def number_connect(request: HttpRequest, slug: str) -> HttpResponse:
    """Step 1. What was typed is only in this request and its answer until every check has passed."""
    form = ConnectForm(request.POST or None)
    report = None
    if form.is_valid():
        number, report = _examine_and_keep(request, form)
        if number:
            return go(request, "number_webhook", number_id=number.pk)
    status = 422 if form.is_bound else 200
    return page(request, "console/number_connect.html", "numbers", status=status, form=form, report=report)


def _examine_and_keep(request: HttpRequest, form: ConnectForm) -> tuple[Number | None, Report | None]:
    credentials = form.credentials()
    try:
        refuse_foreign(credentials)
        report = graph.examine(credentials)
        return (None if report.blocked else keep(credentials, report, actor=member(request))), report
    except TakenElsewhere as error:
        form.add_error(None, str(error))
        return None, None


@require_safe
@requires(Perm.MANAGE_NUMBERS)
def number_webhook(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """Step 2: the address and the verify token to paste at Meta, and what Meta has now."""
    number = connected(number_id)
    wanted = graph.callback_url()
    known = _webhook_at_meta(number)
    return page(
        request,
        "console/number_webhook.html",
        "numbers",
        number=number,
        callback_url=wanted,
        known_url=known,
        is_set=known == wanted,
    )


def _webhook_at_meta(number: Number) -> str:
    """The most specific address that Meta has for the number; empty when unknown."""
    try:
        told = graph.about(number).get("webhook_configuration")
    except GraphError:
        return ""
    found = told if isinstance(told, dict) else {}
    return str(found.get("phone_number") or found.get("whatsapp_business_account") or found.get("application") or "")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_NUMBERS)
def number_queue(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """Step 3: which queue receives the number's conversations."""
    number = connected(number_id)
    route = getattr(number, "route", None)
    form = RouteForm(request.POST or None, initial={"label": number.label, "queue": route.queue_id if route else None})
    if form.is_valid():
        save_route(number, form)
        messages.success(request, _("%(number)s is ready. Write to it from your phone to try it.") % {"number": number})
        return go(request, "number", number_id=number.pk)
    status = 422 if form.is_bound else 200
    return page(request, "console/number_queue.html", "numbers", status=status, number=number, form=form)
