from django.contrib import admin

from apps.core.backoffice import JournalAdmin
from apps.vault.models import DataKey


@admin.register(DataKey)
class DataKeyBackoffice(JournalAdmin):
    """That a key exists and since when; its value, even wrapped, is not shown."""

    list_display = ("organization", "created_at")
    list_select_related = ("organization",)
