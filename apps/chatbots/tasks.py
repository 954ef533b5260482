from celery import shared_task

from apps.chatbots import runner, work_loop
from apps.core.wake import awake, linger


@shared_task(name="chatbots.run")
def run() -> None:
    linger("chatbots.run", runner.run_due)


@shared_task(name="chatbots.work")
def work() -> None:
    awake("chatbots.work")
    work_loop.work_all()
