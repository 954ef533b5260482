from datetime import timedelta

from celery import shared_task

from apps.core.clock import now
from apps.notifications.models import Notification
from apps.organizations.tenancy import platform_scope

KEPT = timedelta(days=90)


@shared_task(name="notifications.prune")
def prune() -> None:
    """What is older than ninety days helps nobody."""
    with platform_scope(reason="old notifications of all tenants are dropped together"):
        Notification.objects.filter(created_at__lt=now() - KEPT).delete()
