from django.contrib import admin
from django.http import HttpRequest

from apps.core.backoffice import BackofficeAdmin
from apps.organizations.models import Invitation, Membership, Organization


@admin.register(Organization)
class OrganizationBackoffice(BackofficeAdmin):
    organization_path = ""
    list_display = ("name", "slug", "time_zone", "language", "is_active", "created_at")
    list_filter = ("is_active", "language")
    search_fields = ("name", "slug")


@admin.register(Membership)
class MembershipBackoffice(BackofficeAdmin):
    list_display = ("user", "organization", "role", "is_active", "last_seen_at")
    list_filter = ("role", "is_active")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__full_name")
    readonly_fields = ("user", "last_seen_at")


@admin.register(Invitation)
class InvitationBackoffice(BackofficeAdmin):
    """The token is only known by its hash, and not even that is shown."""

    never_shown = ("token_hash",)
    list_display = ("email", "organization", "role", "expires_at", "accepted_at")
    list_filter = ("role",)
    list_select_related = ("organization",)
    search_fields = ("email",)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
