from django.contrib import admin

from apps.chatbots.models import Bot, Charge, Flow, FlowTest, FlowVersion, HookEvent, HookKey, Session, Step, Trigger
from apps.core.backoffice import JournalAdmin


@admin.register(Bot)
class BotBackoffice(JournalAdmin):
    never_shown = ("fallback_text",)
    list_display = ("name", "organization", "is_active", "created_at")
    list_select_related = ("organization",)


@admin.register(Flow)
class FlowBackoffice(JournalAdmin):
    """What companies draw is theirs: only that it is there is shown."""

    never_shown = ("draft",)
    list_display = ("name", "bot", "organization", "is_main", "draft_revision", "draft_at")
    list_select_related = ("bot", "organization")


@admin.register(FlowVersion)
class FlowVersionBackoffice(JournalAdmin):
    never_shown = ("graph",)
    list_display = ("flow", "number", "organization", "canary_percent", "created_at")
    list_select_related = ("flow", "organization")


@admin.register(Trigger)
class TriggerBackoffice(JournalAdmin):
    list_display = ("kind", "flow", "organization", "priority")
    list_select_related = ("flow", "organization")


@admin.register(Session)
class SessionBackoffice(JournalAdmin):
    never_shown = ("state",)
    list_display = ("id", "organization", "version", "status", "reason", "due_at", "started_at")
    list_filter = ("status",)
    list_select_related = ("organization", "version__flow")


@admin.register(Step)
class StepBackoffice(JournalAdmin):
    never_shown = ("heard", "delta", "effects", "request", "answer")
    list_display = ("id", "organization", "kind", "port", "took_ms", "at")
    list_select_related = ("organization",)


@admin.register(Charge)
class ChargeBackoffice(JournalAdmin):
    list_display = ("reference", "organization", "cents", "paid_at", "paid_through", "created_at")
    list_select_related = ("organization",)


@admin.register(HookKey)
class HookKeyBackoffice(JournalAdmin):
    never_shown = ("secret",)
    list_display = ("id", "organization", "created_at")
    list_select_related = ("organization",)


@admin.register(HookEvent)
class HookEventBackoffice(JournalAdmin):
    never_shown = ("answer",)
    list_display = ("name", "organization", "status", "at")
    list_select_related = ("organization",)


@admin.register(FlowTest)
class FlowTestBackoffice(JournalAdmin):
    never_shown = ("script", "expects")
    list_display = ("name", "flow", "organization", "created_at")
    list_select_related = ("flow", "organization")
