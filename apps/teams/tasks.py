from celery import shared_task

from apps.teams import services


@shared_task(name="teams.expire_presence")
def expire_presence() -> None:
    services.expire_presence()
