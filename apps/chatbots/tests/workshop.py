"""A company with a bot whose flow has a start and nothing else."""

from dataclasses import dataclass
from typing import Any

import pytest

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts.tests.factories import UserFactory
from apps.chatbots.models import Flow
from apps.chatbots.tests.factories import FlowFactory
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory


@dataclass
class Workshop:
    flow: Flow
    members: dict[str, Membership]

    def url(self, name: str, **ids: Any) -> str:
        return reverse(f"chatbots:{name}", kwargs={"slug": self.flow.organization.slug, **ids})

    def of_flow(self, name: str, **ids: Any) -> str:
        return self.url(name, flow_id=self.flow.pk, **ids)

    def client(self, role: str) -> Client:
        browser = Client()
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        browser.force_login(self.members[role].user)
        return browser

    def fresh(self) -> Flow:
        with tenant_scope(self.flow.organization_id):
            self.flow.refresh_from_db()
        return self.flow


@pytest.fixture
def workshop(db: None) -> Workshop:
    organization = OrganizationFactory()
    roles = ("owner", "admin", "supervisor", "agent", "viewer")
    members = {
        role: MembershipFactory(organization=organization, role=role, user=UserFactory(language="en")) for role in roles
    }
    return Workshop(FlowFactory(organization=organization), members)
