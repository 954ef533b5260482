from django.contrib import admin

from apps.audit.models import AuditEvent
from apps.core.backoffice import JournalAdmin


@admin.register(AuditEvent)
class AuditEventBackoffice(JournalAdmin):
    list_display = ("at", "organization", "actor_name", "action", "target")
    list_select_related = ("organization",)
    search_fields = ("action__startswith", "actor_name__startswith")
