"""The whole matrix, written out: changing a role is changing this table."""

import pytest

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from apps.organizations.context import membership as context
from apps.organizations.models import Membership
from apps.organizations.permissions import ROLE_PERMISSIONS, Perm, Role, has_perm, permissions_of, requires

MATRIX = {
    Perm.USE_DESK: "owner admin supervisor agent",
    Perm.USE_CONSOLE: "owner admin supervisor viewer",
    Perm.REPLY: "owner admin supervisor agent",
    Perm.SEE_ALL_CONVERSATIONS: "owner admin supervisor viewer",
    Perm.ASSIGN: "owner admin supervisor",
    Perm.MANAGE_CONTACTS: "owner admin supervisor",
    Perm.MANAGE_TEAMS: "owner admin supervisor",
    Perm.MANAGE_NUMBERS: "owner admin",
    Perm.MANAGE_PEOPLE: "owner admin",
    Perm.MANAGE_ORGANIZATION: "owner",
    Perm.SEE_AUDIT: "owner admin",
    Perm.SEE_BOTS: "owner admin supervisor",
    Perm.MANAGE_BOTS: "owner admin",
    Perm.OVERRIDE_BOT_TESTS: "owner",
    Perm.MANAGE_SECRETS: "owner admin",
    Perm.REVEAL_SECRETS: "owner admin",
    Perm.MANAGE_CONNECTIONS: "owner admin",
}


@requires(Perm.MANAGE_TEAMS)
def page(request, word):
    """A page."""
    return HttpResponse(word)


class Request:
    def __init__(self, membership=None):
        self.membership = membership


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("perm", Perm)
def test_each_role_holds_exactly_what_the_table_says(role, perm):
    assert has_perm(Membership(role=role), perm) == (role in MATRIX[perm].split())


def test_the_table_is_complete():
    assert set(MATRIX) == set(Perm)
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_nobody_and_the_inactive_hold_nothing():
    assert permissions_of(None) == frozenset()
    assert permissions_of(Membership(role=Role.OWNER, is_active=False)) == frozenset()
    assert permissions_of(Membership(role="emperor")) == frozenset()


@pytest.mark.parametrize("role", Role.values)
def test_a_guarded_view_refuses_roles_without_the_permission(role):
    request = Request(Membership(role=role))
    if role in MATRIX[Perm.MANAGE_TEAMS]:
        assert page(request, "hello").content == b"hello"
    else:
        with pytest.raises(PermissionDenied):
            page(request, "hello")


def test_a_guarded_view_refuses_requests_without_a_membership():
    for request in (Request(), object()):
        with pytest.raises(PermissionDenied):
            page(request, "hello")


def test_the_guard_keeps_the_views_name_and_says_what_it_asks():
    assert (page.__name__, page.__doc__) == ("page", "A page.")
    assert page.required_permission is Perm.MANAGE_TEAMS


def test_templates_know_the_permissions_by_name():
    assert context(Request(Membership(role=Role.AGENT)))["perms_of"] == {"USE_DESK": True, "REPLY": True}
    assert context(Request())["perms_of"] == {}
