from django.contrib import admin

from apps.core.backoffice import JournalAdmin
from apps.media.models import StoredFile


@admin.register(StoredFile)
class StoredFileBackoffice(JournalAdmin):
    """What is stored; the files themselves belong to their company and have no link here."""

    never_shown = ("key",)
    list_display = ("name", "organization", "kind", "mime", "size", "created_at")
    list_filter = ("kind",)
    list_select_related = ("organization",)
    search_fields = ("sha256__exact", "name__startswith")
