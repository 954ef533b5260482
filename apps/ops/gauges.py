"""Depths of queues, read when Prometheus asks. A source that does not answer is left out, not reported as zero."""

from collections.abc import Callable, Iterator

import redis
from prometheus_client.core import GaugeMetricFamily

from django.conf import settings
from django.db import Error, connection

from apps.conversations.models import Message, Status
from apps.core.redis import connection as redis_connection
from apps.ops.heartbeat import living_workers
from apps.organizations.tenancy import platform_scope
from apps.whatsapp.models import WebhookDelivery

MOST_COUNTED = 10_000
OPEN_SENDS = (Status.QUEUED, Status.SENDING, Status.UNKNOWN, Status.HELD)


class Depths:
    """A collector for a Prometheus registry."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for measure in (_workers, _queues, _deliveries, _sends):
            yield from _if_it_answers(measure)


def _if_it_answers(measure: Callable[[], GaugeMetricFamily]) -> Iterator[GaugeMetricFamily]:
    try:
        yield measure()
    except redis.RedisError:
        return
    except Error:
        connection.close()


def _workers() -> GaugeMetricFamily:
    return GaugeMetricFamily("pytake_workers", "Living Celery workers", value=living_workers())


def _queues() -> GaugeMetricFamily:
    family = GaugeMetricFamily("pytake_celery_queue", "Wake-ups waiting for a worker", labels=["queue"])
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    for queue in sorted({settings.CELERY_TASK_DEFAULT_QUEUE, *routed}):
        family.add_metric([queue], float(redis_connection().llen(queue)))
    return family


def _deliveries() -> GaugeMetricFamily:
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.NEW).order_by()[:MOST_COUNTED].count()
    return GaugeMetricFamily("pytake_deliveries_waiting", f"Journalled and unhandled (≤ {MOST_COUNTED})", value=waiting)


def _sends() -> GaugeMetricFamily:
    family = GaugeMetricFamily("pytake_sends_open", f"Messages on their way out (≤ {MOST_COUNTED})", labels=["status"])
    with platform_scope(reason="operators see how much waits, not whose it is"):
        for status in OPEN_SENDS:
            family.add_metric([status], Message.objects.filter(status=status).order_by()[:MOST_COUNTED].count())
    return family
