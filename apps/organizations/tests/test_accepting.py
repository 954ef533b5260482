import threading
from datetime import timedelta

import pytest

from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.accounts.tests.factories import PASSWORD, UserFactory
from apps.core.clock import now
from apps.organizations import invitations
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
NEWCOMER = {"full_name": "Beto Souza", "password": PASSWORD}


@pytest.fixture
def invitation():
    return InvitationFactory(
        token="secret", email="beto@example.com", role="agent", organization__slug="acme", organization__language="en"
    )


def page(client, token="secret", **form):
    return client.post(f"/invite/{token}/", form) if form else client.get(f"/invite/{token}/")


def members(company):
    with tenant_scope(company):
        return list(Membership.objects.select_related("user"))


def test_a_newcomer_sets_name_and_password_and_is_in(client, invitation, recorded):
    assert page(client).status_code == 200
    answer = page(client, **NEWCOMER, email="someone-else@example.com")
    assert answer.url == "/o/acme/desk/"
    [member] = members(invitation.organization)
    assert (member.user.email, member.user.full_name, member.role) == ("beto@example.com", "Beto Souza", "agent")
    assert member.user.language == "en"
    assert client.session["_auth_user_id"] == str(member.user_id)
    assert recorded == [("member.joined", {"actor": member, "target": "Beto Souza", "role": "agent"})]


def test_a_weak_password_is_told_and_the_invitation_stays_open(client, invitation):
    answer = page(client, full_name="Beto", password="weak")
    assert answer.context["form"].errors["password"]
    assert page(client, **NEWCOMER).status_code == 302


def test_whoever_has_an_account_logs_in_and_joins(client, invitation):
    user = UserFactory(email="beto@example.com")
    assert page(client).url == "/accounts/login/?next=/invite/secret/"
    assert page(client, **NEWCOMER).url == "/accounts/login/?next=/invite/secret/"
    client.force_login(user)
    assert page(client).status_code == 200
    assert page(client, join="1").url == "/o/acme/desk/"
    assert [member.user for member in members(invitation.organization)] == [user]


def test_somebody_elses_invitation_is_not_for_me(client, invitation):
    client.force_login(UserFactory(email="mallory@example.com"))
    assert page(client).context["is_for_someone_else"]
    refused = page(client, join="1")
    assert refused.status_code == 410
    assert "beto@example.com" in refused.context["sentence"]
    assert members(invitation.organization) == []
    assert page(client, leave="1").url == "/invite/secret/"
    assert "_auth_user_id" not in client.session


def test_used_expired_unknown_and_closed_links_get_one_sentence(client, invitation):
    used = InvitationFactory(token="used", accepted_at=now())
    InvitationFactory(token="expired", expires_at=now() - timedelta(seconds=1))
    InvitationFactory(token="closed", organization=OrganizationFactory(is_active=False))
    client.cookies["django_language"] = "en"
    words = {"used": "already used", "expired": "expired", "closed": "not valid", "unknown": "not valid"}
    for token, sentence in words.items():
        for answer in (page(client, token), page(client, token, **NEWCOMER)):
            assert answer.status_code == 410
            assert sentence in answer.content.decode()
    assert members(used.organization) == []


def test_a_former_member_comes_back_with_the_offered_role(client, invitation):
    user = UserFactory(email="beto@example.com")
    MembershipFactory(organization=invitation.organization, user=user, role="admin", is_active=False)
    client.force_login(user)
    page(client, join="1")
    [member] = members(invitation.organization)
    assert (member.role, member.is_active) == ("agent", True)


def test_an_active_member_keeps_the_role(client, invitation):
    user = UserFactory(email="beto@example.com")
    MembershipFactory(organization=invitation.organization, user=user, role="admin")
    invitations.accept(token="secret", user=user)
    assert members(invitation.organization)[0].role == "admin"


def test_a_link_works_once(invitation):
    invitations.accept_as_new(token="secret", **NEWCOMER)
    with pytest.raises(invitations.InvitationRefused, match="already used"):
        invitations.accept_as_new(token="secret", **NEWCOMER)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_member(recorded):
    invitation = InvitationFactory(token="secret", email="beto@example.com")
    outcomes: list[int] = []
    start = threading.Barrier(10)

    def accept():
        client = Client()
        start.wait()
        outcomes.extend(page(client, **NEWCOMER).status_code for _ in range(5))
        connection.close()

    threads = [threading.Thread(target=accept) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[0] == 302
    assert User.objects.count() == 1
    assert len(members(invitation.organization)) == 1
    assert [action for action, _said in recorded] == ["member.joined"]
