from django.contrib import admin

from apps.core.backoffice import BackofficeAdmin
from apps.teams.models import Department, Queue


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
