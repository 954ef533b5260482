"""Permissions and the five built-in roles: the one place where "may they?" is answered."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

P = ParamSpec("P")


class Member(Protocol):
    """What decides: a membership, or whatever stands for one."""

    role: str
    is_active: bool


class Perm(StrEnum):
    USE_DESK = "desk.use"
    USE_CONSOLE = "console.use"
    REPLY = "conversations.reply"
    SEE_ALL_CONVERSATIONS = "conversations.see_all"
    ASSIGN = "conversations.assign"
    MANAGE_CONTACTS = "contacts.manage"
    MANAGE_TEAMS = "teams.manage"
    MANAGE_NUMBERS = "numbers.manage"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_ORGANIZATION = "organization.manage"
    SEE_AUDIT = "audit.see"
    SEE_BOTS = "bots.see"
    MANAGE_BOTS = "bots.manage"
    OVERRIDE_BOT_TESTS = "bots.override_tests"
    MANAGE_SECRETS = "secrets.manage"
    REVEAL_SECRETS = "secrets.reveal"
    MANAGE_CONNECTIONS = "connections.manage"


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")
    VIEWER = "viewer", _("Viewer")


_AGENT = frozenset({Perm.USE_DESK, Perm.REPLY})
_VIEWER = frozenset({Perm.USE_CONSOLE, Perm.SEE_ALL_CONVERSATIONS})
_SUPERVISOR = _AGENT | _VIEWER | {Perm.ASSIGN, Perm.MANAGE_CONTACTS, Perm.MANAGE_TEAMS, Perm.SEE_BOTS}
_ADMIN = frozenset(Perm) - {Perm.MANAGE_ORGANIZATION, Perm.OVERRIDE_BOT_TESTS}

ROLE_PERMISSIONS: dict[str, frozenset[Perm]] = {
    Role.OWNER: frozenset(Perm),
    Role.ADMIN: _ADMIN,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.AGENT: _AGENT,
    Role.VIEWER: _VIEWER,
}


def permissions_of(membership: Member | None) -> frozenset[Perm]:
    """All permissions of a membership; none for a missing or inactive one."""
    if membership is None or not membership.is_active:
        return frozenset()
    return ROLE_PERMISSIONS.get(membership.role, frozenset())


def has_perm(membership: Member | None, perm: Perm) -> bool:
    return perm in permissions_of(membership)


def roles_with(perm: Perm) -> list[str]:
    """The roles that carry it, for questions to the database."""
    return [role for role, perms in ROLE_PERMISSIONS.items() if perm in perms]


def requires(
    perm: Perm,
) -> Callable[[Callable[Concatenate[Any, P], HttpResponseBase]], Callable[Concatenate[Any, P], HttpResponseBase]]:
    """Guard a tenant view: members without the permission get 403, nobody else gets this far."""

    def decorate(
        view: Callable[Concatenate[Any, P], HttpResponseBase],
    ) -> Callable[Concatenate[Any, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not has_perm(getattr(request, "membership", None), perm):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permission = perm  # type: ignore[attr-defined]
        return guarded

    return decorate
