"""A test message from a number's page, and what comes of it, live."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from apps.console.forms import TrialForm
from apps.console.page import member
from apps.console.views.numbers import connected
from apps.conversations import trying
from apps.conversations.models import Message, Status
from apps.core.clock import now
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.models import Number

FOLLOWED = timedelta(minutes=2)
_OVER = {Status.READ, Status.FAILED, Status.HELD}


@require_POST
@requires(Perm.MANAGE_NUMBERS)
def number_try(request: HttpRequest, slug: str, number_id: UUID) -> HttpResponse:
    found = connected(number_id)
    form = TrialForm(request.POST, number=found)
    if not form.is_valid():
        return _card(request, found, form, status=422)
    try:
        message = trying.send_test(found, author=member(request), **form.wanted)
    except ValidationError as error:
        form.add_error(None, error)
        return _card(request, found, form, status=422)
    return _card(request, found, form, message)


@require_safe
@requires(Perm.MANAGE_NUMBERS)
def number_tried(request: HttpRequest, slug: str, number_id: UUID, message_id: UUID) -> HttpResponse:
    """The outcome alone; the page asks again until it is final."""
    found = connected(number_id)
    message = get_object_or_404(Message.objects.select_related("contact"), pk=message_id, number=found)
    return TemplateResponse(request, "console/_trial_outcome.html", outcome(found, message))


def outcome(number: Number, message: Message) -> dict[str, object]:
    is_over = message.status in _OVER or message.created_at < now() - FOLLOWED
    return {"number": number, "tried": message, "is_followed": not is_over}


def _card(
    request: HttpRequest, number: Number, form: TrialForm, message: Message | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"number": number, "trial_form": form} | (outcome(number, message) if message else {})
    return TemplateResponse(request, "console/_trial.html", context, status=status)
