"""Roles and access of members: never the last owner, nobody above oneself, everything recorded."""

import threading
from contextlib import suppress

import pytest

from django.core.exceptions import ValidationError
from django.db import connection

from apps.core import events
from apps.organizations import services
from apps.organizations.events import MembershipDeactivated, MembershipRoleChanged
from apps.organizations.models import Membership
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
ROLES = ["viewer", "agent", "supervisor", "admin", "owner"]


@pytest.fixture
def company():
    made = OrganizationFactory()
    MembershipFactory(organization=made, role="owner")
    with tenant_scope(made):
        yield made


@pytest.fixture
def told(monkeypatch):
    """Events and closed sockets."""
    seen = []
    for kind in (MembershipDeactivated, MembershipRoleChanged):
        monkeypatch.setitem(events._receivers, kind, [seen.append])
    monkeypatch.setattr(
        services, "close_user", lambda user_id, organization_id: seen.append((user_id, organization_id))
    )
    return seen


def may(actor_role, from_role, to_role):
    if actor_role not in ("admin", "owner"):
        return False
    return max(ROLES.index(from_role), ROLES.index(to_role)) <= ROLES.index(actor_role)


@pytest.mark.parametrize("actor_role", ROLES)
@pytest.mark.parametrize("from_role", ROLES)
def test_who_may_give_which_role(company, actor_role, from_role):
    actor = MembershipFactory(organization=company, role=actor_role)
    for to_role in ROLES:
        member = MembershipFactory(organization=company, role=from_role)
        if may(actor_role, from_role, to_role):
            assert services.change_role(actor=actor, membership=member, role=to_role).role == to_role
        else:
            with pytest.raises(ValidationError):
                services.change_role(actor=actor, membership=member, role=to_role)


def test_a_changed_role_is_recorded_and_told(company, told, recorded, django_capture_on_commit_callbacks):
    admin = MembershipFactory(organization=company, role="admin")
    member = MembershipFactory(organization=company, role="agent")
    with django_capture_on_commit_callbacks(execute=True):
        services.change_role(actor=admin, membership=member, role="supervisor")
        services.change_role(actor=admin, membership=member, role="supervisor")
    said = {"actor": admin, "target": member.name, "old": "agent", "new": "supervisor"}
    assert recorded == [("member.role_changed", said)]
    assert told == [
        (member.user_id, company.pk),
        MembershipRoleChanged(company.pk, member.pk, "agent", "supervisor"),
    ]


def test_the_last_owner_keeps_the_role(company):
    owner = Membership.objects.get()
    MembershipFactory(organization=company, role="owner", is_active=False)
    with pytest.raises(ValidationError, match="only owner"):
        services.change_role(actor=owner, membership=owner, role="admin")
    second = MembershipFactory(organization=company, role="owner")
    assert services.change_role(actor=owner, membership=owner, role="admin").role == "admin"
    with pytest.raises(ValidationError, match="only owner"):
        services.change_role(actor=second, membership=second, role="admin")


def test_a_deactivated_member_is_out_and_can_come_back(company, told, recorded, django_capture_on_commit_callbacks):
    owner = Membership.objects.get()
    member = MembershipFactory(organization=company)
    with django_capture_on_commit_callbacks(execute=True):
        services.deactivate(actor=owner, membership=member)
        services.deactivate(actor=owner, membership=member)
    member.refresh_from_db()
    assert not member.is_active
    assert told == [(member.user_id, company.pk), MembershipDeactivated(company.pk, member.pk, member.user_id)]
    services.reactivate(actor=owner, membership=member)
    services.reactivate(actor=owner, membership=member)
    member.refresh_from_db()
    assert member.is_active
    assert [action for action, _said in recorded] == ["member.deactivated", "member.reactivated"]


def test_nobody_deactivates_themselves_or_someone_above(company):
    owner = Membership.objects.get()
    admin = MembershipFactory(organization=company, role="admin")
    agent = MembershipFactory(organization=company, role="agent")
    for actor, member in ((admin, admin), (admin, owner), (agent, admin), (agent, agent)):
        with pytest.raises(ValidationError):
            services.deactivate(actor=actor, membership=member)
    services.deactivate(actor=owner, membership=admin)
    with pytest.raises(ValidationError):
        services.reactivate(actor=agent, membership=admin)


def test_rights_are_looked_up_at_the_moment_of_the_change(company):
    """An administrator who just lost the role cannot act on a page that was open before."""
    owner = Membership.objects.get()
    admin = MembershipFactory(organization=company, role="admin")
    services.change_role(actor=owner, membership=admin, role="agent")
    admin.role = "admin"
    with pytest.raises(ValidationError):
        services.deactivate(actor=admin, membership=MembershipFactory(organization=company))


def test_members_of_another_company_do_not_exist(company):
    foreign = MembershipFactory()
    with pytest.raises(Membership.DoesNotExist):
        services.deactivate(actor=Membership.objects.get(), membership=foreign)


def test_the_roles_one_may_give(company):
    assert services.grantable_roles(Membership(role="owner")) == [Role(role) for role in reversed(ROLES)]
    assert services.grantable_roles(Membership(role="admin"))[0] == Role.ADMIN
    assert services.grantable_roles(Membership(role="supervisor")) == []


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_depose_each_other_at_once():
    company = OrganizationFactory()
    owners = [MembershipFactory(organization=company, role="owner") for _ in range(2)]
    start = threading.Barrier(2)

    def depose(actor, member):
        start.wait()
        with tenant_scope(company), suppress(ValidationError):
            services.change_role(actor=actor, membership=member, role="agent")
        connection.close()

    threads = [threading.Thread(target=depose, args=pair) for pair in (owners, owners[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_scope(company):
        assert Membership.objects.filter(role="owner").count() == 1
