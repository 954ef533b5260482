"""What the shell of every tenant page shows of the member's presence; read only by templates that ask for it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.organizations.permissions import Perm, has_perm
from apps.teams.rendering import presence_of


def presence(request: HttpRequest) -> dict[str, Any]:
    membership = getattr(request, "membership", None)
    if membership is None or not has_perm(membership, Perm.REPLY):
        return {}
    return {"presence": SimpleLazyObject(lambda: presence_of(membership))}
