"""Reads that cross organisations for one user, and of members by what they may do."""

from typing import Any

from django.db.models import F

from apps.organizations.models import Membership
from apps.organizations.permissions import ROLE_PERMISSIONS, Perm, has_perm
from apps.organizations.tenancy import platform_scope


def memberships_of(user_id: Any) -> list[Membership]:
    """Active memberships in active organisations, the last used one first."""
    with platform_scope(reason="a user chooses among the organisations they belong to"):
        return list(
            Membership.objects.select_related("organization", "user")
            .filter(user_id=user_id, is_active=True, organization__is_active=True)
            .order_by(F("last_seen_at").desc(nulls_last=True), "organization__name")
        )


def members_who_may(perm: Perm) -> list[Membership]:
    """Active members of the organisation in scope whose role holds a permission."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if perm in held]
    return list(Membership.objects.filter(is_active=True, role__in=roles))


def start_address(membership: Membership) -> str:
    """The desk for those who answer; the console for those who only manage or look."""
    face = "desk" if has_perm(membership, Perm.USE_DESK) else "console"
    return f"/o/{membership.organization.slug}/{face}/"


def console_address(membership: Membership) -> str:
    return f"/o/{membership.organization.slug}/console/"
