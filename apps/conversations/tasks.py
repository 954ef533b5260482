import asyncio
from uuid import UUID

from celery import shared_task

from apps.conversations import fetching, receipts, scheduling, snoozing
from apps.conversations.sending import courier, waiting
from apps.conversations.sending import reconcile as reconciling
from apps.core.wake import awake, listening
from apps.organizations.tasks import TenantTask


@shared_task(name="conversations.deliver")
def deliver() -> None:
    with listening("conversations.deliver") as ear:
        if ear is not None:
            courier.run(ear)


@shared_task(name="conversations.fetch_media")
def fetch_media() -> None:
    awake("conversations.fetch_media")
    asyncio.run(fetching.fetch_all())


@shared_task(name="conversations.reconcile")
def reconcile() -> None:
    reconciling.reconcile()
    reconciling.prune_parked()
    waiting.requeue_due()


@shared_task(name="conversations.send_receipt", base=TenantTask)
def send_receipt(organization_id: str, conversation_id: str, typing: bool) -> None:
    receipts.send(UUID(conversation_id), typing=typing)


@shared_task(name="conversations.wake_snoozed")
def wake_snoozed() -> None:
    snoozing.wake_due()


@shared_task(name="conversations.send_scheduled")
def send_scheduled() -> None:
    scheduling.send_due()
