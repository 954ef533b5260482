"""When the flows of a bot begin."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.chatbots import explaining
from apps.chatbots.forms import OccasionForm, TriggerForm
from apps.chatbots.handlers import closed_on
from apps.chatbots.models import Bot, Trigger
from apps.chatbots.triggering import Occasion
from apps.chatbots.views.addresses import example
from apps.chatbots.views.common import address, go, member, page
from apps.core.text import clean_name, clean_text
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.SEE_BOTS)
def trigger_list(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    bot = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    rows = Trigger.objects.filter(flow__bot=bot).select_related("flow", "number").order_by("priority", "id")
    return page(request, "triggers.html", bot=bot, triggers=rows, tab="triggers")


@require_safe
@requires(Perm.SEE_BOTS)
def trigger_tester(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    """Which trigger would win, and why the others lose. Nothing begins."""
    bot = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    form = OccasionForm(request.GET if "number" in request.GET else None, bot=bot)
    verdicts = explaining.verdicts(_occasion(form.cleaned_data), bot) if form.is_valid() else []
    context: dict[str, Any] = {
        "bot": bot,
        "form": form,
        "verdicts": verdicts,
        "winner": next((row for row in verdicts if row.wins), None),
        "left_out": explaining.left_out(bot),
        "tab": "trigger_tester",
    }
    return page(request, "trigger_tester.html", **context)


def _occasion(said: dict[str, Any]) -> Occasion:
    number, hours = said["number"].pk, said["hours"]
    is_closed = closed_on(number) if hours == "now" else partial(bool, hours == "closed")
    if said["event"]:
        return Occasion(number, is_first=False, event=clean_name(said["event"], 120))
    text, payload = clean_text(said["text"]), said["payload"]
    return Occasion(number, text, payload, said["is_first"], said["is_from_ad"], is_closed=is_closed)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def trigger_new(request: HttpRequest, slug: str, bot_id: UUID) -> HttpResponse:
    bot = get_object_or_404(Bot.objects.kept(), pk=bot_id)
    return _edit(request, TriggerForm(request.POST or None, bot=bot), bot, _("New trigger"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_BOTS)
def trigger(request: HttpRequest, slug: str, trigger_id: UUID) -> HttpResponse:
    found = get_object_or_404(Trigger.objects.select_related("flow__bot"), pk=trigger_id)
    bot = found.flow.bot
    form = TriggerForm(request.POST or None, bot=bot, instance=found)
    extra = {
        "delete_url": address(request, "trigger_delete", trigger_id=found.pk),
        "delete_label": _("Delete this trigger"),
        "delete_text": _("Its flow no longer begins because of this."),
    }
    return _edit(request, form, bot, _("Trigger"), **extra)


def _edit(request: HttpRequest, form: TriggerForm, bot: Bot, title: str, **extra: Any) -> HttpResponse:
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record("trigger.saved", actor=member(request), target=bot.name, kind=saved.kind)
        return go(request, "triggers", bot_id=bot.pk)
    context = {"form": form, "title": title, "back_url": address(request, "triggers", bot_id=bot.pk), **extra}
    context["help_template"] = "chatbots/_trigger_help.html"
    context["hook"] = example(request, form["value"].value() or "")
    return page(request, "form.html", status=422 if form.is_bound else 200, **context)


@require_POST
@requires(Perm.MANAGE_BOTS)
@transaction.atomic
def trigger_delete(request: HttpRequest, slug: str, trigger_id: UUID) -> HttpResponse:
    found = get_object_or_404(Trigger.objects.select_related("flow__bot"), pk=trigger_id)
    bot = found.flow.bot
    record("trigger.deleted", actor=member(request), target=bot.name, kind=found.kind)
    found.delete()
    return go(request, "triggers", bot_id=bot.pk)
