"""The guided connection of a number: values and checks, then the webhook, then who answers."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.console import graph
from apps.console.forms import AppForm, ConnectForm, RouteForm
from apps.console.page import go, member, page
from apps.console.views.numbers import connected, save_route
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.connect import attempts
from apps.whatsapp.connect.checks import STEPS
from apps.whatsapp.connect.numbers import TakenElsewhere, refuse_foreign
from apps.whatsapp.connect.report import Check, Verdict
from apps.whatsapp.errors import GraphError
from apps.whatsapp.models import ConnectionAttempt, Number

SECRETS = ("access_token", "app_secret")


@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_NUMBERS)
def number_connect(request: HttpRequest, slug: str) -> HttpResponse:
    """Step 1: the values. They are kept sealed from here on, so that nothing typed is lost."""
    form = ConnectForm(request.POST or None)
    if form.is_valid() and _is_free(form):
        attempt = attempts.begin(form.credentials(), actor=member(request))
        return go(request, "number_checks", attempt_id=attempt.pk)
    status = 422 if form.is_bound else 200
    unfinished = attempts.unfinished_of(member(request))
    context = {"form": form, "unfinished": unfinished}
    return page(request, "console/number_connect.html", "numbers", status=status, **context)


def _is_free(form: ConnectForm) -> bool:
    try:
        refuse_foreign(form.credentials())
    except TakenElsewhere as error:
        form.add_error(None, str(error))
        return False
    return True


@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_NUMBERS)
def number_token(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """Replace the access token of the number's account: the old one is used until the new one has passed."""
    found = connected(number_id)
    form = AppForm(request.POST or None, initial={"app_id": found.account.app_id})
    if form.is_valid():
        attempt = attempts.begin(form.credentials_for(found), actor=member(request), number=found)
        return go(request, "number_checks", attempt_id=attempt.pk)
    status = 422 if form.is_bound else 200
    return page(request, "console/number_token.html", "numbers", status=status, number=found, form=form)


@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_NUMBERS)
def number_checks(request: HttpRequest, slug: str, attempt_id: UUID) -> HttpResponse:
    """The checks, each appearing as it runs; a POST changes the values and begins them anew."""
    attempt = _attempt(attempt_id)
    form = _values_form(request, attempt)
    if form.is_valid() and attempt.finished_at is None and _is_unchanged_or_free(form):
        attempts.change(attempt, form.credentials_for(attempt))
        return go(request, "number_checks", attempt_id=attempt.pk)
    status = 422 if form.is_bound else 200
    return page(
        request,
        "console/number_checks.html",
        "numbers",
        status=status,
        attempt=attempt,
        lines=attempts.lines(attempt),
        form=form,
    )


def _attempt(attempt_id: UUID) -> ConnectionAttempt:
    return get_object_or_404(ConnectionAttempt.objects.select_related("number__account"), pk=attempt_id)


def _values_form(request: HttpRequest, attempt: ConnectionAttempt) -> AppForm:
    """Secrets that were pasted stay as they are while their fields are left empty."""
    kind = AppForm if attempt.replaces_token else ConnectForm
    initial = {name: getattr(attempt, name) for name in kind.base_fields if name not in SECRETS}
    kept = {name: getattr(attempt, name).reveal() for name in SECRETS}
    return kind(request.POST or None, initial=initial, kept=kept)


def _is_unchanged_or_free(form: AppForm) -> bool:
    return not isinstance(form, ConnectForm) or _is_free(form)


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_check(request: HttpRequest, slug: str, attempt_id: UUID, key: str) -> HttpResponse:
    """Run one check and answer with the list, in which the next one starts by itself."""
    attempt = _attempt(attempt_id)
    if key not in STEPS:
        raise Http404
    if attempts.may_run(attempt, key):
        attempt = _run(attempt, key)
        if attempts.is_complete(attempt) and attempt.finished_at is None:
            attempt = _finish(request, attempt)
    if "HX-Request" not in request.headers:
        return go(request, "number_checks", attempt_id=attempt.pk)
    context = {"attempt": attempt, "lines": attempts.lines(attempt)}
    return TemplateResponse(request, "console/_report.html", context)


def _run(attempt: ConnectionAttempt, key: str) -> ConnectionAttempt:
    report = attempts.report_of(attempt)
    check = graph.check(key, attempts.credentials_of(attempt), report)
    return attempts.note(attempt, check, report)


def _finish(request: HttpRequest, attempt: ConnectionAttempt) -> ConnectionAttempt:
    try:
        attempts.finish(attempt, actor=member(request))
    except TakenElsewhere as error:
        failure = Check("account", Verdict.FAILED, str(error))
        return attempts.note(attempt, failure, attempts.report_of(attempt))
    return attempt


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
