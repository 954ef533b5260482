"""Overflow never goes round in a circle, not even when two people save at once."""

import threading

import pytest

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.teams import overflow
from apps.teams.forms import QueueForm
from apps.teams.models import Queue
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    organization = OrganizationFactory()
    with tenant_scope(organization):
        yield organization


def queues(company, *names):
    return [QueueFactory(organization=company, name=name) for name in names]


def form_of(queue, target):
    data = {"name": queue.name, "department": queue.department_id, "priority": 5, "overflow_queue": target.pk}
    return QueueForm(data, instance=Queue.objects.get(pk=queue.pk))


def test_a_queue_cannot_overflow_to_itself(company):
    (one,) = queues(company, "One")
    with pytest.raises(ValidationError, match="One → One"):
        overflow.check_chain(one, one)
    assert "overflow_queue" in form_of(one, one).errors
    with pytest.raises(IntegrityError), transaction.atomic():
        Queue.objects.filter(pk=one.pk).update(overflow_queue=one)


def test_a_circle_of_three_is_refused_with_its_way_and_a_chain_is_fine(company):
    one, two, three = queues(company, "One", "Two", "Three")
    for queue, target in ((one, two), (two, three)):
        form = form_of(queue, target)
        assert form.is_valid(), form.errors
        form.save()
    assert "One → Two → Three → One" in str(form_of(three, Queue.objects.get(pk=one.pk)).errors["overflow_queue"]) or (
        "Three → One → Two → Three" in str(form_of(three, one).errors["overflow_queue"])
    )


def test_a_chain_that_is_already_broken_ends_the_search(company):
    one, two, three = queues(company, "One", "Two", "Three")
    Queue.objects.filter(pk=two.pk).update(overflow_queue=three)
    Queue.objects.filter(pk=three.pk).update(overflow_queue=two)
    overflow.check_chain(one, Queue.objects.get(pk=two.pk))


def save_both(lock):
    """Two people point two queues at each other at the same moment; gives how many were saved."""
    organization = OrganizationFactory()
    one, two = queues(organization, "One", "Two")
    barrier, saved = threading.Barrier(2), []

    def save(queue, target):
        try:
            with tenant_scope(organization.pk), transaction.atomic():
                barrier.wait(10)
                lock()
                form = form_of(queue, target)
                if form.is_valid():
                    if lock is not overflow.lock_chains:
                        barrier.wait(10)
                    form.save()
                    saved.append(queue)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in ((one, two), (two, one))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return len(saved)


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_cannot_close_a_circle_together():
    assert save_both(overflow.lock_chains) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_could():
    assert save_both(lambda: None) == 2
