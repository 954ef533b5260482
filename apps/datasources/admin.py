from django.contrib import admin

from apps.core.backoffice import JournalAdmin
from apps.datasources.models import Connection


@admin.register(Connection)
class ConnectionBackoffice(JournalAdmin):
    list_display = ("name", "organization", "engine", "host", "checked_at")
    list_select_related = ("organization",)
    search_fields = ("name__startswith", "host__startswith")
