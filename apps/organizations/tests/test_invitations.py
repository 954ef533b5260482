from datetime import timedelta

import pytest

from django.conf import settings
from django.core.exceptions import ValidationError

from apps.accounts.tests.factories import UserFactory
from apps.core.clock import now
from apps.organizations import invitations
from apps.organizations.models import Invitation
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    member = MembershipFactory(
        organization=OrganizationFactory(name="Acme & Sons", language="en"), role="admin", user__full_name="Ana Lima"
    )
    with tenant_scope(member.organization):
        yield member


def token_in(mail):
    line = next(line for line in mail.body.splitlines() if line.startswith(settings.PUBLIC_URL))
    return line.removeprefix(f"{settings.PUBLIC_URL}/invite/").strip("/")


def test_an_invitation_arrives_by_mail_and_only_its_hash_is_kept(admin, worker, mailoutbox, recorded):
    with worker():
        made = invitations.invite(actor=admin, email=" Beto@Example.com", role="agent")
    mail = mailoutbox[0]
    assert mail.to == ["beto@example.com"]
    assert mail.subject == "Ana Lima invited you to Acme & Sons on PyTake"
    assert "Acme &amp; Sons" in mail.alternatives[0][0]
    assert made.token_hash == Invitation.hash_token(token_in(mail))
    assert invitations.look_up(token_in(mail)) == made
    assert timedelta(days=6) < made.expires_at - now() < timedelta(days=8)
    assert recorded == [("member.invited", {"actor": admin, "target": "beto@example.com", "role": "agent"})]


def test_people_with_an_account_are_written_to_in_their_language(admin, worker, mailoutbox):
    UserFactory(email="beto@example.com", language="pt-br")
    with worker():
        invitations.invite(actor=admin, email="beto@example.com", role="agent")
    assert 'lang="pt-br"' in mailoutbox[0].alternatives[0][0]


def test_inviting_again_renews_the_open_invitation(admin, worker, mailoutbox):
    with worker():
        first = invitations.invite(actor=admin, email="beto@example.com", role="agent")
        second = invitations.invite(actor=admin, email="BETO@example.com", role="supervisor")
    assert (first.pk, second.role) == (second.pk, "supervisor")
    with pytest.raises(invitations.InvitationRefused):
        invitations.look_up(token_in(mailoutbox[0]))
    assert invitations.look_up(token_in(mailoutbox[1])) == second


def test_a_new_link_replaces_the_old_one(admin, worker, mailoutbox):
    with worker():
        made = invitations.invite(actor=admin, email="beto@example.com", role="agent")
        invitations.resend(actor=admin, invitation=made)
    with pytest.raises(invitations.InvitationRefused):
        invitations.look_up(token_in(mailoutbox[0]))
    assert invitations.look_up(token_in(mailoutbox[1])) == made


def test_a_withdrawn_invitation_is_gone(admin, worker, mailoutbox):
    with worker():
        made = invitations.invite(actor=admin, email="beto@example.com", role="agent")
    invitations.revoke(actor=admin, invitation=made)
    with pytest.raises(invitations.InvitationRefused, match="not valid any more"):
        invitations.look_up(token_in(mailoutbox[0]))
    made.pk = Invitation().pk
    for again in (invitations.revoke, invitations.resend):
        with pytest.raises(invitations.InvitationRefused):
            again(actor=admin, invitation=made)


def test_members_are_not_invited(admin):
    with pytest.raises(ValidationError, match="already in your team"):
        invitations.invite(actor=admin, email=admin.user.email.upper(), role="agent")


@pytest.mark.parametrize(("role", "offered"), [("admin", "owner"), ("supervisor", "agent"), ("agent", "viewer")])
def test_nobody_offers_a_role_above_their_own_or_without_the_right(admin, role, offered):
    actor = MembershipFactory(organization=admin.organization, role=role)
    with pytest.raises(ValidationError, match="above your own"):
        invitations.invite(actor=actor, email="beto@example.com", role=offered)
    open_one = InvitationFactory(organization=admin.organization, role=offered)
    for act in (invitations.resend, invitations.revoke):
        with pytest.raises(ValidationError, match="above your own"):
            act(actor=actor, invitation=open_one)


def test_mail_is_not_for_flooding(admin, monkeypatch):
    monkeypatch.setattr(invitations, "INVITES_BY_ORGANIZATION", invitations.Limit("invite", 2, 60))
    for number in range(2):
        invitations.invite(actor=admin, email=f"a{number}@example.com", role="agent")
    with pytest.raises(ValidationError, match="Too many"):
        invitations.invite(actor=admin, email="a3@example.com", role="agent")
    assert Invitation.objects.count() == 2


def test_two_invitations_at_once_make_one(admin, monkeypatch):
    """The unique index decides when the look before it saw nothing."""
    InvitationFactory(organization=admin.organization, email="beto@example.com")
    monkeypatch.setattr(Invitation.objects, "select_for_update", Invitation.objects.none)
    with pytest.raises(ValidationError, match="a moment ago"):
        invitations.invite(actor=admin, email="beto@example.com", role="agent")
