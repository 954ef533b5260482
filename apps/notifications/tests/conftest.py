"""Two kinds for tests, and a member of each role."""

import pytest

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts.tests.factories import UserFactory
from apps.notifications import kinds
from apps.organizations.permissions import Perm, Role
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory


@pytest.fixture(autouse=True)
def only_test_kinds(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register("test.assigned", title="%(who)s gave you %(what)s", icon="user", label="Given to me")
    kinds.register("test.broken", title="Broken: 100%% of it", icon="alert-triangle", tone="error", perm=Perm.SEE_AUDIT)


class House:
    """A company whose members have browsers."""

    def __init__(self):
        self.organization = OrganizationFactory()
        self.members = {
            role: MembershipFactory(organization=self.organization, role=role, user=UserFactory(language="en"))
            for role in Role.values
        }

    def url(self, name, **kwargs):
        return reverse(name, kwargs={"slug": self.organization.slug, **kwargs})

    def client(self, role):
        browser = Client()
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        if role == "outsider":
            browser.force_login(MembershipFactory(role=Role.OWNER).user)
        elif role != "anonymous":
            browser.force_login(self.members[role].user)
        return browser


@pytest.fixture
def house(db):
    return House()


@pytest.fixture
def pushes(monkeypatch):
    """What is pushed, without waiting for a commit."""
    found = []
    monkeypatch.setattr("apps.notifications.services.push_all", lambda organization, many: found.extend(many))
    return found
