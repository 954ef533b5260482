"""The Celery application. Celery only wakes workers; rows decide what is to be done."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from pytake import collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pytake.settings.local")

app = Celery("pytake")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def calm(**_: Any) -> None:
    collector.calm()
