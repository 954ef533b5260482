from celery import shared_task

from apps.core.wake import awake
from apps.whatsapp import drain as journal


@shared_task(name="whatsapp.drain")
def drain() -> None:
    awake("whatsapp.drain")
    journal.drain()


@shared_task(name="whatsapp.prune_deliveries")
def prune_deliveries() -> None:
    journal.prune()
