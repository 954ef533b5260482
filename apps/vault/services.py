"""Verbs of secrets. Each writes an audit event in the same transaction; no event, log or error holds a value."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from apps.audit.services import record
from apps.core.clock import now
from apps.core.ratelimit import Limit, forgive, hit
from apps.core.text import clean_name
from apps.core.usage import in_use
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.vault.models import Secret
from apps.vault.usage import uses

REVEALS = Limit("vault-reveal", times=5, seconds=300)
_HINT, _LONG_ENOUGH = 4, 16
_USED_EVERY = timedelta(minutes=1)


class WrongScope(Exception):
    """The secret may not be used here."""


def mask(value: str) -> str:
    """What may be shown: the end of a long value, nothing of a short one."""
    return "•" * 8 + (value[-_HINT:] if len(value) >= _LONG_ENOUGH else "")


@transaction.atomic
def create(*, actor: Membership, name: str, value: str, scope: str = Secret.Scope.ANY, description: str = "") -> Secret:
    """Raises ValidationError with a sentence when the name is taken or does not fit."""
    secret = Secret(name=name, scope=scope, description=clean_name(description, 200), created_by=actor)
    secret.value, secret.masked = _checked(value), mask(value)
    secret.organization = actor.organization
    secret.full_clean(exclude=["value"])
    secret.save()
    _record("created", secret, actor)
    return secret


@transaction.atomic
def describe(secret: Secret, *, actor: Membership, scope: str, description: str) -> None:
    secret.scope, secret.description = scope, clean_name(description, 200)
    secret.save(update_fields=["scope", "description"])
    _record("described", secret, actor)


@transaction.atomic
def replace(secret: Secret, *, actor: Membership, value: str) -> None:
    """Everything that uses the secret has the new value from its next use on."""
    secret.value, secret.masked, secret.rotated_at = _checked(value), mask(value), now()
    secret.save(update_fields=["value", "masked", "rotated_at"])
    _record("replaced", secret, actor)


def reveal(secret: Secret, *, actor: Membership, password: str) -> str:
    """The value, for somebody who may see it and has just typed their own password.

    Raises PermissionDenied without the permission, ValidationError for a wrong password or too many tries.
    """
    if not has_perm(actor, Perm.REVEAL_SECRETS):
        raise PermissionDenied
    use = hit(REVEALS, actor.user_id)
    if not use.allowed:
        raise ValidationError(_("Too many attempts. Wait five minutes and try again."))
    if not actor.user.check_password(password):
        _record("reveal_refused", secret, actor)
        raise ValidationError(_("This is not your password. Type the one you log in with."))
    forgive(use)
    _record("revealed", secret, actor)
    return str(secret.value.reveal())


@transaction.atomic
def delete(secret: Secret, *, actor: Membership) -> None:
    """Raises ValidationError that names every use while there is one."""
    uses.refuse(secret, secret.name)
    _record("deleted", secret, actor)
    try:
        with transaction.atomic():
            secret.delete()
    except ProtectedError as error:
        raise in_use(secret.name, map(str, error.protected_objects)) from error


def read(secret: Secret, *, scope: str) -> str:
    """The value for a machine's use; raises WrongScope. Called in the tenant's scope."""
    if secret.scope not in (Secret.Scope.ANY, scope):
        raise WrongScope(f"The secret {secret.name} is not for {scope}.")
    before = Q(used_at=None) | Q(used_at__lt=now() - _USED_EVERY)
    Secret.objects.filter(before, pk=secret.pk).update(used_at=now())
    return str(secret.value.reveal())


def _checked(value: str) -> str:
    if not value:
        raise ValidationError({"value": _("Paste the value.")})
    return value


def _record(verb: str, secret: Secret, actor: Membership) -> None:
    record(f"secret.{verb}", actor=actor, target=secret.name, secret=str(secret.pk), scope=secret.scope)
