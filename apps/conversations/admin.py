from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.conversations.models import (
    CannedReply,
    CardFile,
    Conversation,
    Handling,
    Message,
    ParkedStatus,
    SavedView,
    ScheduledMessage,
    Survey,
    SurveyPolicy,
    Unsent,
)
from apps.core.backoffice import JournalAdmin


@admin.register(Conversation)
class ConversationBackoffice(JournalAdmin):
    """Where a conversation stands; agents move it, in the panels."""

    never_shown = ("last_preview",)
    list_display = ("id", "organization", "contact", "state", "queue", "last_message_at", "closed_at")
    list_filter = ("state", "outcome")
    list_select_related = ("organization", "contact", "queue")
    search_fields = ("contact__phone__exact",)


@admin.register(Message)
class MessageBackoffice(JournalAdmin):
    """How a message went. What it says belongs to the company and is not shown."""

    never_shown = ("text", "payload", "reactions")
    list_display = ("id", "organization", "direction", "kind", "status", "error_code", "occurred_at")
    list_filter = ("direction", "kind", "status")
    list_select_related = ("organization",)
    search_fields = ("wamid__exact",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Without its words: a page's title is `str(message)`."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.text = ""
        return found


@admin.register(ParkedStatus)
class ParkedStatusBackoffice(JournalAdmin):
    list_display = ("wamid", "status", "organization", "number", "created_at")
    list_select_related = ("organization", "number")
    search_fields = ("wamid__exact",)


@admin.register(Handling)
class HandlingBackoffice(JournalAdmin):
    """Who held a conversation, and for how long."""

    list_display = ("id", "organization", "agent", "started_at", "ended_at", "ending")
    list_filter = ("ending",)
    list_select_related = ("organization", "agent__user")
    search_fields = ("conversation__id__exact",)


@admin.register(SurveyPolicy)
class SurveyPolicyBackoffice(JournalAdmin):
    """Whether a company asks for ratings; set in its own panel."""

    list_display = ("id", "organization", "is_on", "style")
    list_select_related = ("organization",)
    search_fields = ("organization__slug",)


@admin.register(Survey)
class SurveyBackoffice(JournalAdmin):
    """That a rating was asked and given. What the customer wrote is not shown."""

    never_shown = ("comment",)
    list_display = ("id", "organization", "asked_at", "score", "answered_at")
    list_select_related = ("organization",)
    search_fields = ("conversation__id__exact",)


@admin.register(CannedReply)
class CannedReplyBackoffice(JournalAdmin):
    """That there is one. Its text is the company's."""

    never_shown = ("text",)
    list_display = ("id", "organization", "shortcut", "department", "changed_at")
    list_select_related = ("organization", "department")
    search_fields = ("shortcut",)


@admin.register(SavedView)
class SavedViewBackoffice(JournalAdmin):
    list_display = ("id", "organization", "name", "created_at")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(Unsent)
class UnsentBackoffice(JournalAdmin):
    """That something was typed, not what."""

    never_shown = ("reply", "note")
    list_display = ("id", "organization", "changed_at")
    list_select_related = ("organization",)
    search_fields = ("conversation__id__exact",)


@admin.register(ScheduledMessage)
class ScheduledMessageBackoffice(JournalAdmin):
    """When it goes out, and what became of it."""

    never_shown = ("text",)
    list_display = ("id", "organization", "due_at", "done_at", "problem")
    list_select_related = ("organization",)
    search_fields = ("conversation__id__exact",)


@admin.register(CardFile)
class CardFileBackoffice(JournalAdmin):
    """Which card of which message. What the message says, and the file itself, are the company's."""

    never_shown = ("message",)
    list_display = ("id", "organization", "message_id", "position")
    list_select_related = ("organization",)
    search_fields = ("message__id__exact",)
