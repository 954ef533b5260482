"""Departments, queues and the settings: created, edited, and not taken away while in use."""

import pytest

from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.teams.models import Department, Queue
from apps.teams.tests.factories import DepartmentFactory, QueueFactory

pytestmark = pytest.mark.django_db


def messages_of(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_department_and_its_queue_are_created_with_members(company):
    browser, agent = company.client("supervisor"), company.members["agent"]
    data = {"name": "  Sales  team ", "description": "", "color": "blue", "members": [str(agent.pk)]}
    assert browser.post(company.url("department_new"), data).status_code == 302
    with tenant_scope(company.organization):
        department = Department.objects.get(name="Sales team")
        assert list(department.members.all()) == [agent]
    data = {"name": "Orders", "department": str(department.pk), "priority": "2"}
    assert browser.post(company.url("queue_new"), data).status_code == 302
    with tenant_scope(company.organization):
        assert Queue.objects.get(name="Orders").department == department


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"priority": "0"}, "priority"),
        ({"priority": "12"}, "priority"),
        ({"department": ""}, "department"),
    ],
)
def test_a_wrong_queue_keeps_what_was_typed(company, change, field):
    data = {"name": "Typed name", "department": str(company.queue.department_id), "priority": "5"} | change
    answer = company.client("admin").post(company.url("queue_new"), data)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    if field != "name":
        assert 'value="Typed name"' in answer.content.decode()


def test_a_name_is_unique_in_the_company_whatever_its_case_and_free_elsewhere(company):
    data = {"name": company.queue.name.upper(), "department": str(company.queue.department_id), "priority": "5"}
    answer = company.client("admin").post(company.url("queue_new"), data)
    assert "Já existe uma fila" in str(answer.context["form"].errors["name"])
    DepartmentFactory(name="Elsewhere")
    data = {"name": "Elsewhere", "color": "green"}
    assert company.client("admin").post(company.url("department_new"), data).status_code == 302


def test_people_and_departments_of_another_company_cannot_be_chosen(company):
    foreign = QueueFactory()
    stranger = MembershipFactory()
    data = {"name": "Mine", "priority": "5", "department": str(foreign.department_id), "members": [str(stranger.pk)]}
    errors = company.client("admin").post(company.url("queue_new"), data).context["form"].errors
    assert set(errors) == {"department", "members"}


def test_editing_keeps_the_row_and_shows_its_members(company):
    with tenant_scope(company.organization):
        company.queue.members.add(company.members["agent"])
    browser, address = company.client("admin"), company.url("queue", queue_id=company.queue.pk)
    assert f'value="{company.members["agent"].pk}" checked' in browser.get(address).content.decode()
    data = {"name": "Renamed", "department": str(company.queue.department_id), "priority": "1"}
    assert browser.post(address, data).status_code == 302
    with tenant_scope(company.organization):
        changed = Queue.objects.get(pk=company.queue.pk)
        assert (changed.name, changed.priority, changed.members.count()) == ("Renamed", 1, 0)


def test_what_is_in_use_is_not_deactivated_and_the_page_says_why(company):
    browser = company.client("admin")
    said = messages_of(browser.post(company.url("queue_switch", queue_id=company.queue.pk), follow=True))
    assert "1 number sends to it" in said[0]
    address = company.url("department_switch", department_id=company.queue.department_id)
    assert "1 active queue" in messages_of(browser.post(address, follow=True))[0]
    with tenant_scope(company.organization):
        assert Queue.objects.get(pk=company.queue.pk).is_active


def test_what_is_unused_is_deactivated_and_comes_back(company):
    unused = QueueFactory(organization=company.organization)
    browser, address = company.client("admin"), company.url("queue_switch", queue_id=unused.pk)
    browser.post(address)
    with tenant_scope(company.organization):
        assert not Queue.objects.get(pk=unused.pk).is_active
    browser.post(address)
    with tenant_scope(company.organization):
        assert Queue.objects.get(pk=unused.pk).is_active


def test_settings_change_name_zone_and_language(company):
    browser = company.client("owner")
    data = {"name": "New name", "time_zone": "America/Manaus", "language": "en"}
    assert browser.post(company.url("settings"), data).status_code == 302
    changed = Organization.objects.get(pk=company.organization.pk)
    assert (changed.name, changed.time_zone, changed.slug) == ("New name", "America/Manaus", company.organization.slug)


@pytest.mark.parametrize(("field", "value"), [("name", " \u202e "), ("time_zone", "Mars/Olympus"), ("language", "xx")])
def test_wrong_settings_are_refused_and_nothing_changes(company, field, value):
    data = {"name": "New name", "time_zone": "America/Manaus", "language": "en"} | {field: value}
    answer = company.client("owner").post(company.url("settings"), data)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert company.organization.name in answer.content.decode()
    assert Organization.objects.get(pk=company.organization.pk).name == company.organization.name
