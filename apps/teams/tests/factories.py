"""Departments and queues for tests."""

from factory.declarations import LazyAttribute, Sequence

from apps.organizations.tests.factories import TenantFactory
from apps.teams.models import Department, Queue


class DepartmentFactory(TenantFactory[Department]):
    class Meta:
        model = Department

    name = Sequence(lambda number: f"Department {number}")


class QueueFactory(TenantFactory[Queue]):
    """A queue in its own department, unless `department=` says which."""

    class Meta:
        model = Queue

    name = Sequence(lambda number: f"Queue {number}")
    department = LazyAttribute(lambda made: DepartmentFactory(organization=made.organization))
