"""No way to read a tenant's rows without a scope, or another tenant's inside one."""

import pytest

from django import forms
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.organizations.models import Invitation, Membership
from apps.organizations.tenancy import (
    NoTenantScope,
    active_scope,
    current_organization_id,
    is_tenant_model,
    platform_scope,
    tenant_scope,
)
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory

pytestmark = pytest.mark.django_db

READS = {
    "all": lambda key: list(Membership.objects.all()),
    "get": lambda key: Membership.objects.get(pk=key),
    "filter": lambda key: list(Membership.objects.filter(pk=key)),
    "first": lambda key: Membership.objects.first(),
    "count": lambda key: Membership.objects.count(),
    "exists": lambda key: Membership.objects.exists(),
    "aggregate": lambda key: Membership.objects.aggregate(total=Count("pk")),
    "values_list": lambda key: list(Membership.objects.values_list("pk")),
    "in_bulk": lambda key: Membership.objects.in_bulk([key]),
    "iterator": lambda key: list(Membership.objects.iterator()),
    "raw": lambda key: list(Membership.objects.raw("SELECT * FROM organizations_membership")),
    "get_object_or_404": lambda key: get_object_or_404(Membership, pk=key),
    "default manager": lambda key: Membership._default_manager.get(pk=key),
    "base manager": lambda key: Membership._base_manager.get(pk=key),
    "update": lambda key: Membership.objects.update(role="viewer"),
    "delete": lambda key: Membership.objects.filter(pk=key).delete(),
    "get_or_create": lambda key: Membership.objects.get_or_create(pk=key),
}


@pytest.mark.parametrize("name", READS)
def test_every_unscoped_read_raises(name):
    member = MembershipFactory()
    with pytest.raises(NoTenantScope):
        READS[name](member.pk)


@pytest.mark.parametrize("name", ["get", "filter", "count", "exists", "get_object_or_404", "base manager"])
def test_the_same_reads_work_inside_the_scope(name):
    """Negative control: it is the missing scope that raises above."""
    member = MembershipFactory()
    with tenant_scope(member.organization):
        assert READS[name](member.pk)


def test_reads_inside_a_scope_see_only_that_tenant():
    mine, foreign = MembershipFactory(), MembershipFactory()
    with tenant_scope(mine.organization):
        assert list(Membership.objects.all()) == [mine]
        assert not Membership.objects.filter(pk=foreign.pk).exists()
        assert Membership.objects.in_bulk([foreign.pk]) == {}
        with pytest.raises(Http404):
            get_object_or_404(Membership, pk=foreign.pk)


def test_a_queryset_keeps_the_tenant_in_which_it_was_made():
    mine, other = MembershipFactory(), MembershipFactory()
    with tenant_scope(mine.organization):
        lazy = Membership.objects.all()
    with tenant_scope(other.organization):
        assert list(lazy) == [mine]


async def test_async_reads_need_a_scope_too():
    with pytest.raises(NoTenantScope):
        [member async for member in Membership.objects.all()]
    with pytest.raises(NoTenantScope):
        await Membership.objects.acount()


def test_a_forward_foreign_key_is_read_in_scope_only():
    member = MembershipFactory()
    invitation = InvitationFactory(organization=member.organization, invited_by=member)
    with tenant_scope(member.organization):
        fresh = Invitation.objects.get(pk=invitation.pk)
        assert fresh.invited_by == member
        fresh = Invitation.objects.get(pk=invitation.pk)
    with pytest.raises(NoTenantScope):
        fresh.invited_by  # noqa: B018


def test_refreshing_a_row_needs_its_tenant():
    member, other = MembershipFactory(), MembershipFactory()
    with pytest.raises(NoTenantScope):
        member.refresh_from_db()
    with tenant_scope(other.organization), pytest.raises(Membership.DoesNotExist):
        member.refresh_from_db()


def test_a_model_form_cannot_offer_other_tenants_rows():
    mine, foreign = MembershipFactory(), MembershipFactory()
    make = {"fields": ["invited_by"]}
    with pytest.raises(NoTenantScope):
        forms.modelform_factory(Invitation, **make)
    with tenant_scope(mine.organization):
        form = forms.modelform_factory(Invitation, **make)
        assert list(form.base_fields["invited_by"].queryset) == [mine]
        assert not form({"invited_by": str(foreign.pk)}).is_valid()
        assert form({"invited_by": str(mine.pk)}).is_valid()


def test_an_empty_queryset_needs_no_scope():
    assert list(Membership.objects.none()) == []


def test_the_platform_scope_crosses_tenants_and_says_why():
    first, second = MembershipFactory(), MembershipFactory()
    with platform_scope(reason="a test looks at everything"):
        assert set(Membership.objects.all()) == {first, second}
        assert active_scope().reason == "a test looks at everything"
        with pytest.raises(NoTenantScope):
            current_organization_id()
    with pytest.raises(ValueError, match="reason"), platform_scope(reason=""):
        pass


def test_scopes_nest_and_end():
    first, second = MembershipFactory().organization, MembershipFactory().organization
    with tenant_scope(str(first.pk)):
        with tenant_scope(second.pk):
            assert current_organization_id() == second.pk
        assert current_organization_id() == first.pk
    with pytest.raises(NoTenantScope):
        current_organization_id()


def test_a_tenant_model_is_known_by_its_owner():
    assert is_tenant_model(Membership)
    assert not is_tenant_model(type(MembershipFactory().organization))
