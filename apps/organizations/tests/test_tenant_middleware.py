import re
from urllib.parse import parse_qs, urlsplit

import pytest

from django.utils.html import escape

from apps.accounts.tests.factories import UserFactory
from apps.organizations import middleware
from apps.organizations.models import Membership
from apps.organizations.tenancy import NoTenantScope, current_organization_id
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("apps.organizations.tests.urls")]


@pytest.fixture
def member(client):
    made = MembershipFactory()
    MembershipFactory()
    client.force_login(made.user)
    return made


def body(answer):
    """The page without its address and what is new each time."""
    text = answer.content.decode().replace(escape(answer.wsgi_request.get_full_path()), "an address")
    return re.sub(r"[A-Za-z0-9]{64}", "a CSRF token", text)


def address(organization, page="seen"):
    return f"/o/{organization.slug}/{page}/"


def test_a_member_is_inside_the_tenant(client, member):
    answer = client.get(address(member.organization)).json()
    assert answer == {"organization": str(member.organization_id), "members": [str(member.pk)]}


def test_templates_are_rendered_inside_the_tenant(client, member):
    assert client.get(address(member.organization, "lazy")).content.decode() == f"{member.pk};"


def test_the_scope_ends_with_the_request(client, member):
    client.get(address(member.organization))
    with pytest.raises(NoTenantScope):
        current_organization_id()


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("slug", ["foreign", "nonexistent", "FOREIGN", "for_eign", "%00", "x" * 200])
def test_outsiders_get_the_page_of_a_thing_that_does_not_exist(client, member, method, slug):
    OrganizationFactory(slug="foreign")
    answer = getattr(client, method)(f"/o/{slug}/seen/")
    assert answer.status_code == 404
    assert body(answer) == body(client.get("/o/never-existed/seen/"))


def test_without_the_check_the_outsider_would_reach_the_view(client, member, monkeypatch):
    """Negative control: the raising manager is the second line."""
    OrganizationFactory(slug="foreign")
    monkeypatch.setattr(middleware.TenantMiddleware, "process_view", lambda *args: None)
    with pytest.raises(NoTenantScope):
        client.get("/o/foreign/seen/")


def test_inactive_members_and_organizations_are_outside(client, member):
    assert client.get(address(member.organization)).status_code == 200
    inactive = MembershipFactory(user=member.user, is_active=False)
    closed = MembershipFactory(user=member.user, organization=OrganizationFactory(is_active=False))
    for place in (inactive, closed):
        assert client.get(address(place.organization)).status_code == 404


def test_a_deactivated_user_is_logged_out(client, member):
    member.user.is_active = False
    member.user.save()
    assert client.get(address(member.organization)).status_code == 302


def test_strangers_are_asked_to_log_in_and_come_back(client):
    company = OrganizationFactory()
    for slug in (company.slug, "nonexistent"):
        answer = client.get(f"/o/{slug}/seen/?page=2")
        assert answer.status_code == 302
        assert answer.url == f"/accounts/login/?next=/o/{slug}/seen/%3Fpage%3D2"


def test_a_fragment_sends_the_whole_page_to_the_login(client):
    current = "http://testserver/o/acme/desk/?a=1&next=//evil.example"
    answer = client.get("/o/acme/seen/", headers={"HX-Request": "true", "HX-Current-URL": current})
    assert answer.status_code == 401
    target = urlsplit(answer["HX-Redirect"])
    assert target.path == "/accounts/login/"
    assert parse_qs(target.query) == {"next": [current]}


def test_other_pages_have_no_tenant(client, member):
    assert client.get("/open/").content == b"False"


def test_the_back_office_crosses_tenants_with_a_reason(client):
    client.force_login(UserFactory(is_staff=True))
    assert b"back-office" in client.get("/backoffice/").content


def test_entering_costs_one_query_for_the_membership(client, member, django_assert_num_queries):
    client.get(address(member.organization))
    with django_assert_num_queries(3):  # user, membership with organisation, the view's own
        client.get(address(member.organization))


def test_the_membership_comes_with_its_user_and_organization(member, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = middleware.find_membership(member.user_id, member.organization.slug)
        assert isinstance(found, Membership)
        assert found.name == member.user.full_name
        assert found.organization.slug == member.organization.slug
