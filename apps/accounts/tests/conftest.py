import pytest
from celery import current_app

from django.utils import translation

from apps.core.redis import connection


@pytest.fixture(autouse=True)
def fresh_counters():
    """Rate limits start from nothing."""
    for key in connection().scan_iter("limit:*"):
        connection().delete(key)


@pytest.fixture(autouse=True)
def english_outside_of_requests():
    with translation.override("en"):
        yield


@pytest.fixture
def worker(django_capture_on_commit_callbacks):
    """`with worker():` does at its end what the block handed over on commit."""
    current_app.conf.update(task_always_eager=True)
    yield lambda: django_capture_on_commit_callbacks(execute=True)
    current_app.conf.update(task_always_eager=False)
