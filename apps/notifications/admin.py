from django.contrib import admin

from apps.core.backoffice import BackofficeAdmin, JournalAdmin
from apps.notifications.models import Notification, Preference


@admin.register(Notification)
class NotificationBackoffice(JournalAdmin):
    list_display = ("created_at", "organization", "recipient", "kind", "read_at")
    list_select_related = ("organization", "recipient__user")
    search_fields = ("kind__exact",)


@admin.register(Preference)
class PreferenceBackoffice(BackofficeAdmin):
    list_display = ("organization", "membership", "kind", "channel", "is_on")
    list_select_related = ("organization", "membership__user")
    search_fields = ("kind__exact",)
