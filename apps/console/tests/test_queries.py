"""Pages cost the same number of queries however large the company is."""

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.tests.factories import UserFactory
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory
from apps.routing.models import NumberRoute
from apps.teams.tests.factories import DepartmentFactory, QueueFactory
from apps.whatsapp.tests.factories import NumberFactory

pytestmark = pytest.mark.django_db


def grow(company):
    organization = company.organization
    for _ in range(4):
        department = DepartmentFactory(organization=organization)
        queue = QueueFactory(organization=organization, department=department)
        number = NumberFactory(organization=organization)
        member = MembershipFactory(organization=organization, user=UserFactory())
        InvitationFactory(organization=organization, invited_by=member)
        with tenant_scope(organization):
            NumberRoute.objects.create(number=number, queue=queue)
            department.members.add(member)
            queue.members.add(member)


def cost(browser, url):
    browser.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["dashboard", "dashboard_today", "numbers", "people", "teams", "department_new"])
def test_the_number_of_queries_does_not_grow(company, name):
    InvitationFactory(organization=company.organization, invited_by=company.members["admin"])
    browser, url = company.client("owner"), company.url(name)
    before = cost(browser, url)
    grow(company)
    assert cost(browser, url) == before
    assert before <= 18


def test_a_number_page_does_not_grow_either(company):
    browser, url = company.client("owner"), company.url("number", number_id=company.number.pk)
    before = cost(browser, url)
    grow(company)
    assert cost(browser, url) == before
