from django.contrib import admin

from apps.core.backoffice import JournalAdmin
from apps.vault.models import DataKey, Secret


@admin.register(DataKey)
class DataKeyBackoffice(JournalAdmin):
    """That a key exists and since when; its value, even wrapped, is not shown."""

    list_display = ("organization", "version", "created_at", "retired_at")
    list_select_related = ("organization",)


@admin.register(Secret)
class SecretBackoffice(JournalAdmin):
    """That a secret exists; not a letter of its value."""

    list_display = ("name", "organization", "scope", "rotated_at", "used_at")
    list_select_related = ("organization",)
    search_fields = ("name__startswith",)
    never_shown = ("masked",)
