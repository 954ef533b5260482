"""Writes stamp the tenant in scope and refuse everything of another one."""

from datetime import timedelta

import pytest

from django.db.models import F

from apps.accounts.tests.factories import UserFactory
from apps.core.clock import now
from apps.organizations.models import Invitation, Membership
from apps.organizations.tenancy import ForeignTenant, NoTenantScope, platform_scope, tenant_scope
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def new_invitation(**fields):
    return Invitation(email="a@example.com", token_hash="h" * 64, expires_at=now() + timedelta(days=1), **fields)


def test_a_new_row_is_stamped_with_the_tenant_in_scope():
    company = OrganizationFactory()
    with tenant_scope(company):
        member = Membership.objects.create(user=UserFactory())
    assert member.organization_id == company.pk


def test_writing_without_a_scope_raises():
    with pytest.raises(NoTenantScope):
        Membership(user=UserFactory(), organization=OrganizationFactory()).save()
    with pytest.raises(NoTenantScope):
        Membership.objects.bulk_create([Membership(user=UserFactory())])


@pytest.mark.parametrize("write", ["save", "create", "bulk_create", "bulk_update"])
def test_rows_of_another_tenant_are_refused(write):
    foreign, here = MembershipFactory(), OrganizationFactory()
    fresh = Membership(user=UserFactory(), organization=foreign.organization)
    writes = {
        "save": foreign.save,
        "create": lambda: Membership.objects.create(user=UserFactory(), organization=foreign.organization),
        "bulk_create": lambda: Membership.objects.bulk_create([fresh]),
        "bulk_update": lambda: Membership.objects.bulk_update([foreign], ["role"]),
    }
    with tenant_scope(here), pytest.raises(ForeignTenant):
        writes[write]()
    with tenant_scope(foreign.organization):
        writes[write]()  # negative control: at home the same write goes through


@pytest.mark.parametrize("options", [{}, {"batch_size": 1}], ids=["copied", "inserted"])
def test_bulk_create_stamps_each_row(options):
    company = OrganizationFactory()
    with tenant_scope(company):
        made = Membership.objects.bulk_create([Membership(user=UserFactory()) for _ in range(2)], **options)
        stored = set(Membership.objects.values_list("pk", flat=True))
    assert {member.organization_id for member in made} == {company.pk}
    assert {member.pk for member in made} == stored


def test_the_owner_of_a_row_never_changes():
    member, other = MembershipFactory(), OrganizationFactory()
    with platform_scope(reason="even staff cannot move rows"):
        loaded = Membership.objects.get(pk=member.pk)
        loaded.organization = other
        for attempt in (
            loaded.save,
            lambda: Membership.objects.update(organization=other),
            lambda: Membership.objects.filter(pk=member.pk).update(organization_id=other.pk),
            lambda: Membership.objects.bulk_update([member], ["organization"]),
        ):
            with pytest.raises(ForeignTenant):
                attempt()
        assert Membership.objects.get(pk=member.pk).organization_id == member.organization_id


@pytest.mark.parametrize("by", ["object", "raw id"])
def test_foreign_keys_to_another_tenant_are_refused(by):
    mine, foreign = MembershipFactory(), MembershipFactory()

    def point_at(target):
        return {"invited_by": target} if by == "object" else {"invited_by_id": target.pk}

    with tenant_scope(mine.organization):
        with pytest.raises(ForeignTenant):
            new_invitation(**point_at(foreign)).save()
        with pytest.raises(ForeignTenant):
            Invitation.objects.bulk_create([new_invitation(**point_at(foreign))])
        new_invitation(**point_at(mine)).save()
        with pytest.raises(ForeignTenant):
            Invitation.objects.update(**point_at(foreign))
        assert Invitation.objects.update(**point_at(mine)) == 1


def test_a_changed_foreign_key_is_checked_again():
    mine, foreign = MembershipFactory(), MembershipFactory()
    InvitationFactory(organization=mine.organization, invited_by=mine)
    with tenant_scope(mine.organization):
        loaded = Invitation.objects.get()
        loaded.invited_by_id = foreign.pk
        with pytest.raises(ForeignTenant):
            loaded.save()
        loaded.invited_by = None
        loaded.save()


def test_an_unchanged_foreign_key_costs_no_query(django_assert_num_queries):
    mine = MembershipFactory()
    InvitationFactory(organization=mine.organization, invited_by=mine)
    with tenant_scope(mine.organization):
        loaded = Invitation.objects.get()
        with django_assert_num_queries(1):
            loaded.save(update_fields=["role"])


def test_update_leaves_expressions_and_the_platform_alone():
    mine, foreign = MembershipFactory(), MembershipFactory()
    InvitationFactory(organization=mine.organization, invited_by=mine)
    with tenant_scope(mine.organization):
        assert Invitation.objects.update(invited_by=F("invited_by")) == 1
        assert Invitation.objects.update(invited_by=None) == 1
    with platform_scope(reason="the platform door is narrow and reviewed"):
        assert Invitation.objects.update(invited_by=foreign) == 1
