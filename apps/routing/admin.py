from django.contrib import admin

from apps.core.backoffice import BackofficeAdmin, JournalAdmin
from apps.routing.models import NumberRoute, Scenario, SlaClock, SlaReview


@admin.register(NumberRoute)
class NumberRouteBackoffice(BackofficeAdmin):
    list_display = ("number", "queue", "organization")
    list_select_related = ("number", "queue", "organization")
    search_fields = ("number__display_phone",)


@admin.register(SlaClock)
class SlaClockBackoffice(JournalAdmin):
    list_display = ("started_at", "organization", "queue", "kind", "state", "due_at", "ended_at")
    list_filter = ("kind", "state")
    list_select_related = ("organization", "queue")
    search_fields = ("id__exact", "conversation__id__exact")


@admin.register(SlaReview)
class SlaReviewBackoffice(JournalAdmin):
    list_display = ("asked_at", "organization", "queue", "after")
    list_select_related = ("organization", "queue")
    search_fields = ("queue__name",)


@admin.register(Scenario)
class ScenarioBackoffice(JournalAdmin):
    list_display = ("name", "organization", "week", "state", "progress", "asked_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
    search_fields = ("name",)
