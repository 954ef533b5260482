from django.contrib import admin

from apps.ai.models import Provider, Snippet, Spending, Usage
from apps.core.backoffice import JournalAdmin


@admin.register(Provider)
class ProviderBackoffice(JournalAdmin):
    list_display = ("name", "organization", "kind", "model", "checked_at")
    list_select_related = ("organization",)
    search_fields = ("name__startswith", "model__startswith")


@admin.register(Spending)
class SpendingBackoffice(JournalAdmin):
    list_display = ("month", "organization", "provider", "spent", "reserved")
    list_select_related = ("organization", "provider")


@admin.register(Usage)
class UsageBackoffice(JournalAdmin):
    list_display = ("at", "organization", "model", "state", "tokens_in", "tokens_out", "cost")
    list_select_related = ("organization",)
    search_fields = ("model__startswith",)


@admin.register(Snippet)
class SnippetBackoffice(JournalAdmin):
    """What companies write down is theirs: only that it is there is shown."""

    never_shown = ("text", "words")
    list_display = ("title", "organization", "is_active", "created_at")
    list_select_related = ("organization",)
