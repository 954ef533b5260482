"""Inviting, roles, deactivation: the rules' sentences reach the page."""

import pytest

from apps.organizations.models import Invitation, Membership
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db


def act(company, role, name, data=None, **ids):
    answer = company.client(role).post(company.url(name, **ids), data or {}, follow=True)
    return [str(message) for message in answer.context["messages"]]


def person(company, role) -> Membership:
    with tenant_scope(company.organization):
        return Membership.objects.get(pk=company.members[role].pk)


def test_an_invitation_is_listed_sent_again_and_withdrawn(company):
    assert act(company, "admin", "invite", {"email": "joana@example.com", "role": "agent"})
    with tenant_scope(company.organization):
        made = Invitation.objects.get()
    page = company.client("admin").get(company.url("people"))
    assert "joana@example.com" in page.content.decode()
    assert "joana@example.com" in act(company, "admin", "invitation_resend", invitation_id=made.pk)[0]
    act(company, "admin", "invitation_revoke", invitation_id=made.pk)
    with tenant_scope(company.organization):
        assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [({"email": "no address", "role": "agent"}, "email"), ({"email": "a@example.com", "role": "owner"}, "role")],
)
def test_a_wrong_invitation_keeps_what_was_typed(company, data, field):
    answer = company.client("admin").post(company.url("invite"), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert data["email"] in answer.content.decode()


def test_somebody_of_the_team_is_not_invited_again(company):
    email = company.members["agent"].user.email
    answer = company.client("admin").post(company.url("invite"), {"email": email, "role": "agent"})
    assert answer.status_code == 422
    assert "already in your team" in answer.content.decode()


def test_roles_change_within_reach_only(company):
    agent, owner = company.members["agent"], company.members["owner"]
    act(company, "admin", "change_role", {"role": "supervisor"}, membership_id=agent.pk)
    assert person(company, "agent").role == "supervisor"
    assert "above yours" in act(company, "admin", "change_role", {"role": "agent"}, membership_id=owner.pk)[0]
    assert "may give" in act(company, "admin", "change_role", {"role": "owner"}, membership_id=agent.pk)[0]
    assert person(company, "owner").role == "owner"


def test_the_last_owner_and_oneself_stay(company):
    owner = company.members["owner"]
    assert "yourself" in act(company, "owner", "deactivate", membership_id=owner.pk)[0]
    assert "only owner" in act(company, "owner", "change_role", {"role": "admin"}, membership_id=owner.pk)[0]
    assert person(company, "owner").is_active


def test_a_deactivated_person_can_come_back(company):
    agent = company.members["agent"]
    page = company.client("admin").get(company.url("people")).content.decode()
    assert "0 conversations go back" in page
    act(company, "admin", "deactivate", membership_id=agent.pk)
    assert not person(company, "agent").is_active
    act(company, "admin", "reactivate", membership_id=agent.pk)
    assert person(company, "agent").is_active


def test_an_accepted_invitation_is_refused_in_words(company):
    made = InvitationFactory(organization=company.organization, accepted_at="2026-01-01T00:00:00Z")
    assert "already accepted" in act(company, "admin", "invitation_resend", invitation_id=made.pk)[0]
    assert "already accepted" in act(company, "admin", "invitation_revoke", invitation_id=made.pk)[0]
