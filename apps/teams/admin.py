from django.contrib import admin

from apps.core.backoffice import BackofficeAdmin, JournalAdmin
from apps.teams.models import Agent, BusinessHours, Department, HolidayCalendar, Queue, SlaPolicy


@admin.register(Department)
class DepartmentBackoffice(BackofficeAdmin):
    list_display = ("name", "organization", "color", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(Queue)
class QueueBackoffice(BackofficeAdmin):
    list_display = ("name", "organization", "department", "priority", "is_active", "created_at")
    list_filter = ("is_active", "priority")
    list_select_related = ("organization", "department")
    search_fields = ("name",)


@admin.register(BusinessHours)
class BusinessHoursBackoffice(BackofficeAdmin):
    list_display = ("name", "organization", "time_zone")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(HolidayCalendar)
class HolidayCalendarBackoffice(BackofficeAdmin):
    list_display = ("name", "organization", "region", "with_optional")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(SlaPolicy)
class SlaPolicyBackoffice(BackofficeAdmin):
    list_display = ("name", "organization", "first_answer_minutes", "resolution_minutes", "is_active")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(Agent)
class AgentBackoffice(JournalAdmin):
    list_display = ("membership", "organization", "presence", "chosen", "last_seen_at", "capacity")
    list_filter = ("presence",)
    list_select_related = ("organization", "membership__user")
