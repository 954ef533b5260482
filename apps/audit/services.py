from apps.audit.models import AuditEvent
from apps.organizations.models import Membership


def record(action: str, *, actor: Membership | None, target: str = "", **data: object) -> AuditEvent:
    """Append an event in the tenant in scope. `data` is JSON and never holds secrets or message texts."""
    name = actor.name if actor else "PyTake"
    return AuditEvent.objects.create(action=action, actor=actor, actor_name=name, target=target, data=data)
