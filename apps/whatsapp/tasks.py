import asyncio

from celery import shared_task

from apps.core.wake import awake, linger
from apps.whatsapp import drain as journal
from apps.whatsapp import template_sync
from apps.whatsapp.connect import attempts


@shared_task(name="whatsapp.drain")
def drain() -> None:
    linger("whatsapp.drain", journal.drain_batch)


@shared_task(name="whatsapp.prune_deliveries")
def prune_deliveries() -> None:
    journal.prune()


@shared_task(name="whatsapp.forget_attempts")
def forget_attempts() -> None:
    attempts.forget_old()


@shared_task(name="whatsapp.sync_templates")
def sync_templates() -> None:
    awake("whatsapp.sync_templates")
    asyncio.run(template_sync.sync_due())
