"""A company with two agents and a queue, customers who wait, and presence that is simply set."""

from dataclasses import dataclass
from typing import Any

import pytest

from apps.accounts.tests.factories import UserFactory
from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory
from apps.routing.models import NumberRoute
from apps.teams.models import Agent
from apps.teams.tests.factories import QueueFactory
from apps.whatsapp.tests.factories import NumberFactory


@dataclass
class Shop:
    organization: Any
    number: Any
    queue: Any
    ana: Any
    rui: Any
    boss: Any
    phones: int = 0

    def wait(self, queue=None, *, vip=False, at=None, **fields):
        """A conversation that waits, in the queue of the shop unless told otherwise."""
        self.phones += 1
        queue = queue or self.queue
        contact = Contact.objects.create(name=f"C{self.phones}", phone=f"55119{self.phones:08d}", is_vip=vip)
        values = {"state": "queued", "queue": queue, "department": queue.department, "queued_at": at or now()} | fields
        return Conversation.objects.create(contact=contact, number=self.number, **values)

    def queue_of(self, *members, **fields):
        made = QueueFactory(organization=self.organization, **fields)
        made.members.set(members)
        return made

    def change(self, **fields):
        for name, value in fields.items():
            setattr(self.queue, name, value)
        self.queue.save()

    def reasons(self, conversation):
        lines = Message.objects.filter(direction="event", conversation=conversation).order_by("id")
        return [(line.payload["event"], line.payload.get("reason", "")) for line in lines]


def make_shop():
    organization = OrganizationFactory()
    people = [
        MembershipFactory(organization=organization, role=role, user=UserFactory(full_name=name, language="en"))
        for name, role in (("Ana", Role.AGENT), ("Rui", Role.AGENT), ("Boss", Role.SUPERVISOR))
    ]
    queue = QueueFactory(organization=organization, name="Support")
    number = NumberFactory(organization=organization)
    with tenant_scope(organization):
        queue.department.members.set(people[:2])
        NumberRoute.objects.create(number=number, queue=queue)
    return Shop(organization, number, queue, *people)


@pytest.fixture
def shop(db):
    made = make_shop()
    with tenant_scope(made.organization):
        yield made


def online(*members, **fields):
    for member in members:
        Agent.objects.update_or_create(
            membership=member, defaults={"presence": "online", "last_seen_at": now(), "last_active_at": now()} | fields
        )
