import pytest

from apps.accounts.tests.factories import PASSWORD, UserFactory
from apps.core import events
from apps.organizations import services
from apps.organizations.events import OrganizationCreated
from apps.organizations.models import Membership, Organization
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Padaria Pão & Cia", "padaria-pao-cia"),
        ("_Under_score_", "under-score"),
        ("Ω≈ç", "c"),
        ("会社", "empresa"),
        ("A" * 120, "a" * 50),
    ],
)
def test_the_address_comes_from_the_name(name, slug):
    assert services.found(user=UserFactory(), name=name).organization.slug == slug


def test_a_taken_address_gets_a_number():
    slugs = [services.found(user=UserFactory(), name="Acme").organization.slug for _ in range(3)]
    assert slugs == ["acme", "acme-2", "acme-3"]


def test_an_address_taken_at_the_same_moment_gets_a_number_too(monkeypatch):
    OrganizationFactory(slug="acme")
    answers = iter([False, True, False])

    class Blind:
        def exists(self):
            return next(answers)

    monkeypatch.setattr(Organization.objects, "filter", lambda **kwargs: Blind())
    assert services._create_with_free_slug("Acme", "en").slug == "acme-2"


def test_registering_founds_a_company_with_its_owner(client, monkeypatch, recorded, django_capture_on_commit_callbacks):
    seen = []
    monkeypatch.setitem(events._receivers, OrganizationCreated, [seen.append])
    client.cookies["django_language"] = "en"
    form = {"full_name": "Ana Lima", "company": "Acme", "email": "ana@example.com", "password": PASSWORD}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/accounts/register/", form)
    company = Organization.objects.get()
    assert answer.url == "/o/acme/console/"
    assert (company.name, company.language) == ("Acme", "en")
    assert seen == [OrganizationCreated(organization_id=company.pk)]
    with tenant_scope(company):
        owner = Membership.objects.get()
        assert (owner.user.email, owner.role, owner.is_active) == ("ana@example.com", "owner", True)
    assert recorded == [("organization.created", {"actor": owner, "target": "Acme"})]
