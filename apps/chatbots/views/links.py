"""The links and QR codes that set off a trigger: shown, downloaded, printed."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from apps.chatbots.models import Trigger
from apps.chatbots.triggering import numbers_of
from apps.chatbots.views.common import page
from apps.core import qr
from apps.organizations.permissions import Perm, requires
from apps.whatsapp.links import chat_link
from apps.whatsapp.models import Number


def _link_or_404(trigger_id: UUID) -> Trigger:
    rows = Trigger.objects.select_related("flow__bot", "number")
    return get_object_or_404(rows, pk=trigger_id, kind=Trigger.Kind.LINK)


def _numbers(trigger: Trigger) -> list[Number]:
    return numbers_of(trigger, [row.pk for row in trigger.flow.bot.numbers.all()])


@require_safe
@requires(Perm.SEE_BOTS)
def trigger_link(request: HttpRequest, slug: str, trigger_id: UUID) -> HttpResponse:
    """One link for each number on which the trigger listens."""
    found = _link_or_404(trigger_id)
    links = [{"number": number, "url": chat_link(number, found.value)} for number in _numbers(found)]
    return page(request, "trigger_link.html", trigger=found, bot=found.flow.bot, links=links)


@require_safe
@requires(Perm.SEE_BOTS)
def trigger_qr(request: HttpRequest, slug: str, trigger_id: UUID, number_id: UUID) -> HttpResponse:
    """SVG; `?download` offers it as a file."""
    found = _link_or_404(trigger_id)
    number = next((each for each in _numbers(found) if each.pk == number_id), None)
    if number is None:
        raise Http404("the trigger does not listen on this number")
    name = f"qr-{slugify(found.value) or 'whatsapp'}" if "download" in request.GET else ""
    return qr.picture(chat_link(number, found.value), download_as=name)
