"""WhatsApp numbers: the list, one number, and what can be done with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.console import graph, selectors
from apps.console.forms import PauseForm, ProfileForm, RouteForm, TrialForm
from apps.console.page import company, go, member, page
from apps.console.troubles import troubles_of
from apps.core import qr
from apps.organizations.permissions import Perm, requires
from apps.routing.models import NumberRoute
from apps.whatsapp import stops
from apps.whatsapp.connect import numbers as services
from apps.whatsapp.connect.meta import is_silence, quoted
from apps.whatsapp.errors import GraphError
from apps.whatsapp.links import chat_link
from apps.whatsapp.models import Number

EVENTS_SHOWN = 20


def connected(number_id: UUID) -> Number:
    return get_object_or_404(selectors.numbers_with_health(), pk=number_id)


@require_safe
@requires(Perm.MANAGE_NUMBERS)
def number_list(request: HttpRequest, slug: str) -> HttpResponse:
    rows = [(number, troubles_of(number)) for number in selectors.numbers_with_health()]
    grave = [(number, trouble) for number, troubles in rows for trouble in troubles if trouble.is_grave]
    return page(request, "console/numbers.html", "numbers", numbers=rows, grave=grave)


@require_safe
@requires(Perm.MANAGE_NUMBERS)
def number(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    return _number_page(request, connected(number_id))


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_route(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """Change the queue and the team's name for the number."""
    found = connected(number_id)
    form = RouteForm(request.POST)
    if not form.is_valid():
        return _number_page(request, found, form, status=422)
    save_route(found, form)
    messages.success(request, _("Saved. New conversations go to “%(queue)s”.") % {"queue": form.cleaned_data["queue"]})
    return go(request, "number", number_id=found.pk)


def save_route(number: Number, form: RouteForm) -> None:
    NumberRoute.objects.update_or_create(number=number, defaults={"queue": form.cleaned_data["queue"]})
    number.label = form.cleaned_data["label"]
    number.save(update_fields=["label"])


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_refresh(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """Ask Meta how the number is."""
    found = connected(number_id)
    try:
        services.fill_number(found, graph.about(found))
    except GraphError as error:
        _tell_refusal(request, found, error)
    else:
        found.save()
        messages.success(request, _("Updated from Meta."))
    return go(request, "number", number_id=found.pk)


def _tell_refusal(request: HttpRequest, number: Number, error: GraphError) -> None:
    if is_silence(error):
        messages.warning(request, _("Meta did not answer. Try again in a minute."))
        return
    services.note_refusal(number, error)
    messages.error(request, f"{quoted(error)} {error.sentence}")


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_pause(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    found = connected(number_id)
    form = PauseForm(request.POST)
    if form.is_valid():
        services.pause(found, until=form.moment(company(request)), actor=member(request))
        messages.success(request, _("Sending is paused. What your team writes waits and goes out when you resume."))
    else:
        messages.error(request, _("Choose until when to pause."))
    return go(request, "number", number_id=found.pk)


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_resume(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    found = connected(number_id)
    services.resume(found, actor=member(request))
    messages.success(request, _("The number sends again."))
    return go(request, "number", number_id=found.pk)


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_disconnect(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """The conversations stay. After the account's last number Meta is told to stop, and the token is forgotten."""
    found = connected(number_id)
    token = found.account.access_token.reveal()
    told = True
    if services.disconnect(found, actor=member(request)) and token:
        told = graph.unsubscribe(found.account.waba_id, token)
    messages.success(request, _("%(number)s is disconnected. Its conversations are kept.") % {"number": found})
    if not told:
        messages.warning(request, _("Meta could not be told. Remove the app from the account in WhatsApp Manager too."))
    return go(request, "numbers")


@require_safe
@requires(Perm.MANAGE_NUMBERS)
def number_qr(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """The link as a QR code, dark on white in any theme, since phones read it so."""
    name = "whatsapp-qr" if "download" in request.GET else ""
    return qr.picture(chat_link(connected(number_id)), download_as=name)


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_allow_paid(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """A person settled with Meta what stopped the account's templates."""
    found = connected(number_id)
    stops.allow_paid(found.account, actor=member(request))
    messages.success(request, _("Templates go out again. If Meta still refuses, this stop comes back."))
    return go(request, "number", number_id=found.pk)


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def template_allow(request: HttpRequest, slug: str, number_id: UUID, stop_id: UUID) -> HttpResponse:
    """Try a stopped template again."""
    found = connected(number_id)
    stop = get_object_or_404(found.account.template_stops, pk=stop_id)
    stops.allow_template(stop, actor=member(request))
    messages.success(request, _("“%(template)s” may be sent again.") % {"template": stop.name})
    return go(request, "number", number_id=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_NUMBERS)
def number_profile(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    """What customers see of the company in WhatsApp: read from Meta, and written back."""
    found = connected(number_id)
    form = ProfileForm(request.POST) if request.method == "POST" else _profile_of(request, found)
    if form is not None and form.is_bound and form.is_valid() and _keep_profile(request, found, form):
        return go(request, "number", number_id=found.pk)
    status = 422 if form is not None and form.is_bound else 200
    return page(request, "console/number_profile.html", "numbers", status=status, number=found, form=form)


def _profile_of(request: HttpRequest, number: Number) -> ProfileForm | None:
    try:
        return ProfileForm(initial=ProfileForm.from_meta(graph.profile(number)))
    except GraphError as error:
        _tell_refusal(request, number, error)
        return None


def _keep_profile(request: HttpRequest, number: Number, form: ProfileForm) -> bool:
    """What was typed stays in the form when Meta refuses it."""
    try:
        graph.change_profile(number, form.for_meta())
    except GraphError as error:
        form.add_error(None, quoted(error))
        return False
    record("number.profile_changed", actor=member(request), target=number.display_phone)
    messages.success(request, _("Profile saved. WhatsApp shows it within a few minutes."))
    return True


def _number_page(request: HttpRequest, found: Number, form: RouteForm | None = None, status: int = 200) -> HttpResponse:
    route = getattr(found, "route", None)
    initial = {"queue": route.queue_id if route else None, "label": found.label}
    return page(
        request,
        "console/number.html",
        "numbers",
        status=status,
        number=found,
        troubles=troubles_of(found),
        stopped=found.account.template_stops.order_by("name", "language"),
        link=chat_link(found),
        form=form or RouteForm(initial=initial),
        pause_form=PauseForm(),
        trial_form=TrialForm(number=found),
        events=found.account.events.select_related("number").order_by("-occurred_at")[:EVENTS_SHOWN],
        callback_url=graph.callback_url(),
    )
