"""The bots of a company, and the flows of one."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.chatbots import removing
from apps.chatbots.forms import BotForm
from apps.chatbots.models import Bot, Session
from apps.chatbots.services import create_bot
from apps.chatbots.views.common import address, go, member, page
from apps.core.clock import now
from apps.organizations.permissions import Perm, requires

LATEST = 10


def _midnight(request: HttpRequest) -> datetime:
    zone = ZoneInfo(member(request).organization.time_zone)
    return now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


@require_safe
@requires(Perm.SEE_BOTS)
def bot_list(request: HttpRequest, slug: str) -> HttpResponse:
    today = Q(flows__versions__sessions__started_at__gte=_midnight(request))
    rows: QuerySet[Bot] = Bot.objects.kept().annotate(
        flow_count=Count("flows", filter=Q(flows__deleted_at=None), distinct=True),
        sessions_today=Count("flows__versions__sessions", filter=today, distinct=True),
    )
    return page(request, "bots.html", bots=rows.prefetch_related("numbers").order_by("-is_active", "name"))


@require_safe
@requires(Perm.SEE_BOTS)
def bot(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    found = get_object_or_404(Bot.objects.kept().prefetch_related("numbers"), pk=bot_id)
    flows = found.flows.kept().annotate(latest_number=Max("versions__number")).order_by("-is_main", "name")
    sessions = Session.objects.filter(version__flow__bot=found).defer("state", "version__graph")
    latest = sessions.select_related("version__flow", "conversation__contact").order_by("-id")[:LATEST]
    return page(request, "bot.html", bot=found, flows=flows, sessions=latest, tab="flows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def bot_new(request: HttpRequest, slug: str) -> HttpResponse:
    form = BotForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            made = create_bot(name=form.cleaned_data["name"], by=member(request))
            made.fallback_text = form.cleaned_data["fallback_text"]
            made.save(update_fields=["fallback_text"])
            made.numbers.set(form.cleaned_data["numbers"])
        return go(request, "bot", bot_id=made.pk)
    return _form(request, form, _("New bot"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def bot_edit(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    found = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    form = BotForm(request.POST or None, instance=found)
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record("bot.saved", actor=member(request), target=saved.name)
        return go(request, "bot", bot_id=saved.pk)
    extra = {
        "delete_url": address(request, "bot_delete", bot_id=found.pk),
        "delete_label": _("Delete this bot"),
        "delete_text": removing.consequences(found.flows.kept()),
    }
    return _form(request, form, _("Settings of the bot"), **extra)


@require_POST
@requires(Perm.MANAGE_BOTS)
def bot_delete(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    found = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    remove = partial(removing.delete_bot, found, member(request))
    return removed(request, remove, found.name, address(request, "bots"))


def removed(request: HttpRequest, remove: Callable[[], object], name: str, back_url: str) -> HttpResponse:
    """Deletes, or says what still needs it."""
    try:
        remove()
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect(back_url)


def _form(request: HttpRequest, form: BotForm, title: str, **extra: Any) -> HttpResponse:
    context = {"form": form, "title": title, "back_url": address(request, "bots"), **extra}
    return page(request, "form.html", status=422 if form.is_bound else 200, **context)


@require_POST
@requires(Perm.MANAGE_BOTS)
@transaction.atomic
def bot_switch(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    found = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    found.is_active = not found.is_active
    found.save(update_fields=["is_active"])
    record(f"bot.{'activated' if found.is_active else 'deactivated'}", actor=member(request), target=found.name)
    said = _("“%(name)s” answers now.") if found.is_active else _("“%(name)s” is switched off.")
    messages.success(request, said % {"name": found.name})
    return go(request, "bots")
