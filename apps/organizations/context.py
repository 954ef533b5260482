"""What every template of a tenant page knows."""

from typing import Any

from django.http import HttpRequest

from apps.organizations.permissions import permissions_of


def membership(request: HttpRequest) -> dict[str, Any]:
    """`organization`, `membership`, and `perms_of` (a dict of permission names that are held)."""
    found = getattr(request, "membership", None)
    return {
        "organization": getattr(request, "organization", None),
        "membership": found,
        "perms_of": {perm.name: True for perm in permissions_of(found)},
    }
