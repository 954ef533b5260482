"""A company with one member of each role, and a number with its queue."""

from dataclasses import dataclass
from typing import Any

import pytest

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.organizations.models import Organization
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory, People
from apps.routing.models import NumberRoute
from apps.teams.models import Queue
from apps.teams.tests.factories import QueueFactory
from apps.whatsapp.models import Number
from apps.whatsapp.tests.factories import NumberFactory


@dataclass
class Company:
    organization: Organization
    members: People
    queue: Queue
    number: Number

    def come(self) -> "Company":
        """Everybody is there, for rows that outlive a test."""
        self.members.come()
        return self

    def url(self, name: str, **kwargs: Any) -> str:
        return reverse(f"console:{name}", kwargs={"slug": self.organization.slug, **kwargs})

    def client(self, role: str) -> Client:
        """A browser of a member, of somebody of another company (`outsider`), or of nobody (`anonymous`)."""
        browser = Client()
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        if role == "outsider":
            browser.force_login(MembershipFactory(role=Role.OWNER).user)
        elif role != "anonymous":
            browser.force_login(self.members[role].user)
        return browser


def make_company() -> Company:
    organization = OrganizationFactory()
    queue = QueueFactory(organization=organization)
    number = NumberFactory(organization=organization)
    with tenant_scope(organization):
        NumberRoute.objects.create(number=number, queue=queue)
    return Company(organization, People(organization), queue, number)


@pytest.fixture
def company(db: None) -> Company:
    return make_company()
