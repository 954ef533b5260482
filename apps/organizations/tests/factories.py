"""Tenants and their members for tests. Rows of a tenant are created inside its scope."""

from datetime import timedelta
from typing import Any, TypeVar

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.accounts.tests.factories import UserFactory
from apps.core.clock import now
from apps.organizations.models import Invitation, Membership, Organization
from apps.organizations.permissions import Role
from apps.organizations.tenancy import TenantModel, tenant_scope

M = TypeVar("M", bound=TenantModel)


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = Sequence(lambda number: f"Company {number}")
    slug = Sequence(lambda number: f"company-{number}")


class TenantFactory(DjangoModelFactory[M]):
    """Base of factories of tenant models: `organization=` decides the scope, a new one is made without it.

    Give related tenant objects explicitly, so that they belong to the same organisation.
    """

    class Meta:
        abstract = True

    organization = SubFactory(OrganizationFactory)

    @classmethod
    def _create(cls, model_class: type[M], *args: Any, **fields: Any) -> M:
        with tenant_scope(fields["organization"]):
            made: M = super()._create(model_class, *args, **fields)
            return made


class MembershipFactory(TenantFactory[Membership]):
    class Meta:
        model = Membership

    user = SubFactory(UserFactory)
    role = "agent"


class People(dict[str, Membership]):
    """A company's members by their role, each made when first asked for."""

    def __init__(self, organization: Organization) -> None:
        super().__init__()
        self.organization = organization

    def __missing__(self, role: str) -> Membership:
        user = UserFactory(full_name=f"{role.title()} Silva", language="en")
        self[role] = MembershipFactory(organization=self.organization, role=role, user=user)
        return self[role]

    def come(self) -> "People":
        """One of each role, for rows that outlive a test."""
        for role in Role.values:
            self.__getitem__(role)
        return self


class InvitationFactory(TenantFactory[Invitation]):
    """An open invitation; its secret is `token`."""

    class Meta:
        model = Invitation

    class Params:
        token = Sequence(lambda number: f"token-{number}")

    email = Sequence(lambda number: f"invited{number}@example.com")
    role = "agent"
    token_hash = LazyAttribute(lambda made: Invitation.hash_token(made.token))
    expires_at = LazyFunction(lambda: now() + timedelta(days=7))
