"""Secrets: masked, scoped, revealed only to a permission and a password, never deleted while in use, always told."""

import pytest

from django.core.exceptions import PermissionDenied, ValidationError

from apps.accounts.tests.factories import UserFactory
from apps.audit.models import AuditEvent
from apps.organizations.tenancy import ForeignTenant, tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.vault import services, usage
from apps.vault.models import Secret
from apps.vault.usage import Use

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-Horse-7"
CANARY = "canary-value-of-a-secret-9c1e"


@pytest.fixture
def owner():
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save()
    membership = MembershipFactory(role="owner", user=user)
    with tenant_scope(membership.organization):
        yield membership


@pytest.fixture
def secret(owner):
    return services.create(actor=owner, name="erp_token", value=CANARY, description="ERP")


def actions():
    return list(AuditEvent.objects.order_by("at").values_list("action", flat=True))


def test_only_the_end_of_a_long_value_is_shown(secret, owner):
    assert secret.masked == "••••••••9c1e"
    assert services.mask("short") == "••••••••"
    services.replace(secret, actor=owner, value="pin 1234")
    assert Secret.objects.get().masked == "••••••••"


def test_a_name_is_unique_and_plain(secret, owner):
    for name in ("erp_token", "", "1a", "a b", "a\n", "ação", "a" * 61):
        with pytest.raises(ValidationError):
            services.create(actor=owner, name=name, value="x")
    with pytest.raises(ValidationError):
        services.create(actor=owner, name="empty", value="")
    assert Secret.objects.count() == 1


def test_revealing_needs_the_password_and_is_told(secret, owner):
    with pytest.raises(ValidationError):
        services.reveal(secret, actor=owner, password="wrong")
    assert services.reveal(secret, actor=owner, password=PASSWORD) == CANARY
    assert actions() == ["secret.created", "secret.reveal_refused", "secret.revealed"]
    assert CANARY not in "".join(str(event.data) + event.target for event in AuditEvent.objects.all())


def test_passwords_are_not_guessed_here(secret, owner):
    for _try in range(5):
        with pytest.raises(ValidationError, match=r"password|senha"):
            services.reveal(secret, actor=owner, password="wrong")
    with pytest.raises(ValidationError):
        services.reveal(secret, actor=owner, password=PASSWORD)


def test_revealing_needs_the_permission(secret, owner):
    owner.role = "supervisor"
    with pytest.raises(PermissionDenied):
        services.reveal(secret, actor=owner, password=PASSWORD)


def test_a_secret_is_read_only_where_it_may_be_used(secret, owner):
    assert services.read(secret, scope="chatbots") == CANARY
    assert Secret.objects.get().used_at is not None
    services.describe(secret, actor=owner, scope="ai", description="")
    with pytest.raises(services.WrongScope):
        services.read(secret, scope="chatbots")


def test_a_secret_in_use_stays_and_its_uses_are_named(secret, owner, monkeypatch):
    monkeypatch.setattr(usage.uses, "_finders", [lambda found: [Use("Database Orders")] if found == secret else []])
    with pytest.raises(ValidationError, match="Database Orders"):
        services.delete(secret, actor=owner)
    monkeypatch.setattr(usage.uses, "_finders", [])
    services.delete(secret, actor=owner)
    assert (Secret.objects.count(), actions()[-1]) == (0, "secret.deleted")


def test_another_company_does_not_reach_it(secret):
    other = MembershipFactory(role="owner")
    with tenant_scope(other.organization):
        assert not Secret.objects.filter(name="erp_token").exists()
        with pytest.raises(ForeignTenant):
            services.describe(secret, actor=other, scope="any", description="x")
