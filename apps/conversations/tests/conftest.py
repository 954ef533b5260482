"""A company with a number, a queue and its people; webhooks that reach it; a provider whose answers are scripted."""

from dataclasses import dataclass
from itertools import count
from uuid import uuid4

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.conversations import sending
from apps.conversations.models import Conversation, Message, Status
from apps.conversations.sending import Draft, courier
from apps.core.clock import now
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory, People
from apps.routing.models import NumberRoute
from apps.teams.tests.factories import QueueFactory
from apps.whatsapp.tests.factories import BusinessAccountFactory, NumberFactory
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import NUMBER, WABA, body, message, messages_value, statuses_value

_wamids = count()


@dataclass
class House:
    """`say(...)` lets a customer write; inside a test everything happens in the company's scope."""

    organization: object
    number: object
    queue: object
    members: People

    @property
    def agent(self):
        return self.members["agent"]

    def say(self, *messages, **value):
        handle(body(messages_value(*messages, **value)))

    def text(self, words="Olá", **extra):
        """One text from the customer; gives its row."""
        extra.setdefault("id", f"wamid.in.{next(_wamids)}")
        self.say(message("text", {"body": words}, **extra))
        return Message.objects.get(wamid=extra["id"])

    def hear(self, *statuses):
        """Statuses in a body that was never seen before."""
        handle(body(statuses_value(*statuses)) + b" " * next(_wamids))

    def chat(self, words="Olá"):
        """A conversation with an open window, held by the agent."""
        conversation = self.text(words, timestamp=_seconds()).conversation
        Conversation.objects.filter(pk=conversation.pk).update(
            state="open", assignee=self.agent, queue=self.queue, department=self.queue.department
        )
        conversation.refresh_from_db()
        return conversation

    def send(self, conversation, words="Resposta", **draft):
        draft.setdefault("client_id", uuid4())
        return sending.send(conversation.pk, Draft(text=words, **draft), author=self.agent)

    def url(self, name, **kwargs):
        return reverse(name, kwargs={"slug": self.organization.slug, **kwargs})

    def client(self, role="agent"):
        browser = Client()
        if role == "outsider":
            browser.force_login(MembershipFactory(role=Role.OWNER).user)
        elif role != "anonymous":
            browser.force_login(self.members[role].user)
        return browser


def _seconds():
    return str(int(now().timestamp()))


def make_house() -> House:
    account = BusinessAccountFactory(waba_id=WABA)
    organization = account.organization
    number = NumberFactory(organization=organization, account=account, phone_number_id=NUMBER)
    members, queue = People(organization), QueueFactory(organization=organization)
    with tenant_scope(organization):
        queue.department.members.set([members["agent"], members["supervisor"]])
        NumberRoute.objects.create(number=number, queue=queue)
    return House(organization, number, queue, members)


@pytest.fixture
def house(db):
    made = make_house()
    with tenant_scope(made.organization), translation.override("en"):
        yield made


@pytest.fixture
def other_house(db):
    """Another company with a conversation of its own."""
    organization = OrganizationFactory()
    number = NumberFactory(organization=organization)
    return organization, number


class Provider:
    """Answers of WhatsApp: an exception or a wamid for each send, in order; after that everything is accepted."""

    script: list = []
    posted: list = []

    def __init__(self, graph, phone_number_id):
        self.phone_number_id = phone_number_id

    async def send(self, request):
        self.posted.append(request)
        answer = self.script.pop(0) if self.script else f"wamid.out.{len(self.posted)}"
        if isinstance(answer, BaseException):
            raise answer
        return type("Sent", (), {"wamid": answer})()

    async def upload_media(self, data, *, mime, filename):
        return "media-1"


@pytest.fixture
def provider(monkeypatch):
    """`provider.script` is what WhatsApp answers next, `provider.posted` what it got."""
    Provider.script, Provider.posted = [], []
    monkeypatch.setattr(courier, "CloudProvider", Provider)
    return Provider


def status_of(row):
    row.refresh_from_db()
    return Status(row.status)
