import pytest

from apps.accounts.tests.factories import UserFactory
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    made = UserFactory(language="en")
    client.cookies["django_language"] = "en"
    client.force_login(made)
    return made


def join(user, slug, role="agent", **more):
    return MembershipFactory(
        user=user, organization=OrganizationFactory(name=slug.title(), slug=slug), role=role, **more
    )


@pytest.mark.parametrize(
    ("role", "face"),
    [("agent", "desk"), ("supervisor", "desk"), ("admin", "desk"), ("owner", "desk"), ("viewer", "console")],
)
def test_home_is_where_the_role_works(client, user, role, face):
    join(user, "acme", role)
    assert client.get("/").url == f"/o/acme/{face}/"


def test_home_is_the_last_used_organization(client, user):
    for slug in ("acme", "bolt", "core"):
        join(user, slug)
    assert client.get("/").url == "/o/acme/desk/"
    assert client.post("/organizations/core/switch/").url == "/o/core/desk/"
    assert client.get("/").url == "/o/core/desk/"
    assert client.get("/o/bolt/").url == "/o/bolt/desk/"
    assert client.get("/").url == "/o/bolt/desk/"


def test_one_can_choose(client, user, django_assert_num_queries):
    for slug in ("acme", "bolt"):
        join(user, slug)
    join(user, "left", is_active=False)
    assert client.get("/?choose=1").url == "/organizations/"
    with django_assert_num_queries(2):  # user, memberships
        text = client.get("/organizations/").content.decode()
    assert "Acme" in text
    assert "Bolt" in text
    assert "Left" not in text


def test_other_organizations_cannot_be_entered(client, user):
    OrganizationFactory(slug="foreign")
    join(user, "left", is_active=False)
    for slug in ("foreign", "left", "nonexistent"):
        assert client.post(f"/organizations/{slug}/switch/").status_code == 404
        assert client.get(f"/o/{slug}/").status_code == 404
    assert client.get("/organizations/foreign/switch/").status_code == 405


def test_without_an_organization_one_is_told_what_to_do(client, user):
    assert client.get("/").url == "/organizations/"
    assert user.email in client.get("/organizations/").content.decode()


def test_staff_without_an_organization_go_to_the_back_office(client, user):
    user.is_staff = True
    user.save()
    assert client.get("/").url == "/backoffice/"


def test_strangers_log_in_first(client):
    for address in ("/", "/organizations/"):
        assert client.get(address).url == f"/accounts/login/?next={address}"
