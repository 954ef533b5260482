import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.backoffice import BackofficeAdmin, JournalAdmin
from apps.whatsapp.models import (
    AccountEvent,
    BusinessAccount,
    ConnectionAttempt,
    Number,
    QuarantinedEntry,
    Template,
    TemplateStop,
    WebhookDelivery,
)

BODY_SHOWN = 20_000


@admin.register(BusinessAccount)
class BusinessAccountBackoffice(BackofficeAdmin):
    """Token, app secret and verify token are the company's: no page of the back-office has them."""

    never_shown = ("verify_token", "signer")
    list_display = ("name", "waba_id", "organization", "status", "token_expires_at", "problem")
    list_filter = ("status",)
    list_select_related = ("organization",)
    search_fields = ("waba_id__exact", "name")
    readonly_fields = ("waba_id",)


@admin.register(Number)
class NumberBackoffice(BackofficeAdmin):
    list_display = ("display_phone", "label", "organization", "account", "status", "quality", "tier", "is_active")
    list_filter = ("is_active", "quality")
    list_select_related = ("organization", "account")
    search_fields = ("phone_number_id__exact", "display_phone", "label")
    readonly_fields = ("account", "phone_number_id")


@admin.register(Template)
class TemplateBackoffice(BackofficeAdmin):
    """What a template says is Meta's to change; here one sees what PyTake knows of it."""

    list_display = ("name", "language", "organization", "account", "category", "status", "quality", "changed_at")
    list_filter = ("status", "category")
    list_select_related = ("organization", "account")
    search_fields = ("name", "meta_id__exact")
    readonly_fields = ("account", "meta_id", "name", "language", "components")


@admin.register(TemplateStop)
class TemplateStopBackoffice(JournalAdmin):
    list_display = ("stopped_at", "organization", "account", "name", "language", "code")
    list_select_related = ("organization", "account")
    search_fields = ("name__exact",)


@admin.register(ConnectionAttempt)
class ConnectionAttemptBackoffice(JournalAdmin):
    list_display = ("created_at", "organization", "waba_id", "phone_number_id", "replaces_token", "finished_at")
    list_select_related = ("organization",)
    search_fields = ("waba_id__exact", "phone_number_id__exact")


@admin.register(AccountEvent)
class AccountEventBackoffice(JournalAdmin):
    list_display = ("occurred_at", "organization", "account", "number", "field", "event")
    list_select_related = ("organization", "account", "number")
    search_fields = ("field__exact", "event__exact")


@admin.register(WebhookDelivery)
class WebhookDeliveryBackoffice(JournalAdmin):
    """The journal. A body holds customers' words of any company: only superusers see one."""

    organization_path = ""
    list_display = ("id", "received_at", "state", "attempts", "handled_at", "correlation_id", "note")
    list_filter = ("state",)
    search_fields = ("correlation_id__exact", "id__exact")
    search_help_text = _("A number of a delivery or a correlation id.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = super().get_readonly_fields(request, obj)
        return (*shown, "readable_body") if request.user.is_superuser else shown

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        return found if request.user.is_superuser else found.defer("body")

    @admin.display(description=_("body"))
    def readable_body(self, delivery: WebhookDelivery) -> str:
        raw = bytes(delivery.body)[:BODY_SHOWN]
        try:
            return json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return raw.decode(errors="replace")


@admin.register(QuarantinedEntry)
class QuarantinedEntryBackoffice(JournalAdmin):
    organization_path = ""
    list_display = ("created_at", "delivery", "path", "reason")
    list_select_related = ("delivery",)
    search_fields = ("delivery__id__exact",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("delivery__body")
