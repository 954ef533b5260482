from celery import shared_task

from apps.core.wake import awake
from apps.routing import distributing, reviewing, sweeping
from apps.routing.whatif import running


@shared_task(name="routing.distribute")
def distribute() -> None:
    awake("routing.distribute")
    distributing.distribute()


@shared_task(name="routing.sweep")
def sweep() -> None:
    sweeping.sweep()


@shared_task(name="routing.review")
def review() -> None:
    awake("routing.review")
    reviewing.review()


@shared_task(name=running.TASK)
def run_scenarios() -> None:
    awake(running.TASK)
    running.run_due()
