from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from apps.audit.models import AuditEvent
from apps.organizations.models import Membership


def record(action: str, *, actor: Membership | None, target: str = "", **data: object) -> AuditEvent:
    """Append an event in the tenant in scope. `data` is JSON and never holds secrets or message texts."""
    name = actor.name if actor else "PyTake"
    return AuditEvent.objects.create(action=action, actor=actor, actor_name=name, target=target, data=data)


@contextmanager
def erasing_an_organization() -> Iterator[None]:
    """Let the block, one transaction, delete audit events: only together with their whole organisation."""
    with transaction.atomic():
        _allow_delete("on")
        yield
        _allow_delete("off")


def _allow_delete(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pytake.allow_audit_delete', %s, true)", [state])
