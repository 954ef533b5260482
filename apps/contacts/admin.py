from django.contrib import admin

from apps.contacts.models import Contact, ContactIdentity, Tag
from apps.core.backoffice import BackofficeAdmin, JournalAdmin


@admin.register(Contact)
class ContactBackoffice(BackofficeAdmin):
    list_display = ("display_name", "phone", "organization", "is_vip", "blocked_at", "created_at")
    list_filter = ("is_vip",)
    list_select_related = ("organization",)
    search_fields = ("name", "profile_name", "phone")


@admin.register(ContactIdentity)
class ContactIdentityBackoffice(JournalAdmin):
    list_display = ("value", "kind", "contact", "organization", "is_current", "first_seen_at")
    list_filter = ("kind", "is_current")
    list_select_related = ("contact", "organization")
    search_fields = ("key__exact", "value__exact")


@admin.register(Tag)
class TagBackoffice(BackofficeAdmin):
    list_display = ("name", "color", "organization")
    list_select_related = ("organization",)
    search_fields = ("name",)
