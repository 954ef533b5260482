"""Every route, walked from the URLconf: outsiders see nothing, and a foreign id is an id that never was."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.tests.factories import UserFactory
from apps.ai.tests.factories import ProviderFactory, SnippetFactory
from apps.chatbots.models import FlowVersion, Session
from apps.chatbots.tests.factories import FlowFactory, FlowTestFactory, TriggerFactory
from apps.contacts.models import Contact, Tag
from apps.conversations.models import CannedReply, Conversation, Message, SavedView
from apps.datasources.tests.factories import ConnectionFactory
from apps.media.models import StoredFile
from apps.notifications.models import Notification
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory, OrganizationFactory
from apps.routing.tests.factories import ScenarioFactory
from apps.teams.tests.factories import (
    BusinessHoursFactory,
    DepartmentFactory,
    QueueFactory,
    SkillFactory,
    SlaPolicyFactory,
    SpecialDayFactory,
)
from apps.vault.rotation import sealed_columns
from apps.vault.tests.factories import SecretFactory
from apps.whatsapp.tests.factories import ConnectionAttemptFactory, NumberFactory, TemplateFactory, TemplateStopFactory

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "DELETE")

# Routes outside of any company, each with the reason why there is nothing of a company to protect.
PUBLIC = {
    "organizations:home": "sends everybody to where they belong",
    "organizations:list": "one's own companies only",
    "organizations:switch": "checks the membership; tested in organizations",
    "organizations:accept": "the token decides; tested in organizations",
    "accounts:login": "no company",
    "accounts:logout": "no company",
    "accounts:register": "no company yet",
    "accounts:password_reset": "no company",
    "accounts:password_reset_done": "no company",
    "accounts:password_reset_confirm": "the token decides",
    "accounts:password_reset_complete": "no company",
    "accounts:password_change": "one's own account",
    "accounts:profile": "one's own account",
    "accounts:theme": "one's own browser",
    "accounts:language": "one's own browser",
    "hooks:payments": "the signature decides; tested in chatbots",
    "hooks:event": "the signature decides; tested in chatbots",
    "ops:live": "says that the process lives",
    "ops:ready": "says that the process is of use",
    "ops:metrics": "numbers, guarded by a token; tested in ops",
}
BACKOFFICE = "admin"  # staff only; tested below


def routes(patterns=None, prefix="", spaces=()) -> Iterator[tuple[str, str, dict]]:
    """(name, path template, converters) of every route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from routes(pattern.url_patterns, path, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or path)), path, pattern.pattern.converters


ROUTES = {name: path for name, path, _ in routes()}
TENANT = sorted(name for name, path in ROUTES.items() if path.startswith("o/<slug:slug>/"))
WITH_IDS = [name for name in TENANT if "<uuid:" in ROUTES[name]]


def arguments(name: str, slug: str, ids: dict[str, uuid.UUID]) -> dict[str, object]:
    wanted = [part.split(">")[0].split(":")[1] for part in ROUTES[name].split("<")[1:]]
    return {each: slug if each == "slug" else ids[each] for each in wanted}


def page(answer) -> bytes:
    """A page without what differs at each request: the token against forgery, and the address that was asked for."""
    asked = answer.request["PATH_INFO"].encode()
    return re.sub(rb"[A-Za-z0-9]{64}", b"token", answer.content.replace(asked, b"address"))


ALONE: dict[str, Any] = {
    "attempt_id": ConnectionAttemptFactory,
    "connection_id": ConnectionFactory,
    "department_id": DepartmentFactory,
    "hours_id": BusinessHoursFactory,
    "invitation_id": InvitationFactory,
    "policy_id": SlaPolicyFactory,
    "provider_id": ProviderFactory,
    "scenario_id": ScenarioFactory,
    "secret_id": SecretFactory,
    "skill_id": SkillFactory,
    "snippet_id": SnippetFactory,
}


class World:
    """A company with one of everything that can stand in an address."""

    def __init__(self) -> None:
        self.organization = OrganizationFactory()
        self.owner = MembershipFactory(organization=self.organization, role="owner", user=UserFactory())
        member = MembershipFactory(organization=self.organization, role="agent", user=UserFactory())
        number = NumberFactory(organization=self.organization)
        queue = QueueFactory(organization=self.organization)
        with tenant_scope(self.organization):
            contact = Contact.objects.create(name="Maria Segredo", phone="5511988887777")
            chat = Conversation.objects.create(contact=contact, number=number, queue=queue)
            line = Message.objects.create(
                conversation=chat, contact=contact, number=number, direction="in", text="segredo"
            )
            told = Notification.objects.create(recipient=self.owner, kind="told", url="/")
            stored = StoredFile.objects.create(
                kind="image", mime="image/png", size=1, sha256="0" * 64, name="a.png", key=f"{chat.pk}"
            )
        day = SpecialDayFactory(organization=self.organization)
        self.ids = {
            **self._of_the_inbox(),
            **{name: factory(organization=self.organization).pk for name, factory in ALONE.items()},
            "calendar_id": day.calendar_id,
            "day_id": day.pk,
            "conversation_id": chat.pk,
            "message_id": line.pk,
            "file_id": stored.pk,
            "notification_id": told.pk,
            "number_id": number.pk,
            "membership_id": member.pk,
            "queue_id": queue.pk,
            "template_id": TemplateFactory(organization=self.organization, account=number.account).pk,
            "kind": "buttons",
            "stop_id": TemplateStopFactory(organization=self.organization, account=number.account).pk,
            "key": "token",
            "sample": "reception",
            **self._of_the_bots(chat),
        }

    def _of_the_bots(self, chat: Conversation) -> dict[str, object]:
        flow = FlowFactory(organization=self.organization)
        trigger = TriggerFactory(organization=self.organization, flow=flow)
        with tenant_scope(self.organization):
            version = FlowVersion.objects.create(flow=flow, number=1, graph=flow.draft)
            session = Session.objects.create(conversation=chat, version=version)
        return {
            "bot_id": flow.bot_id,
            "flow_id": flow.pk,
            "node_id": "start",
            "trigger_id": trigger.pk,
            "version_id": version.pk,
            "session_id": session.pk,
            "test_id": FlowTestFactory(organization=self.organization, flow=flow).pk,
        }

    def _of_the_inbox(self) -> dict[str, uuid.UUID]:
        with tenant_scope(self.organization):
            return {
                "canned_id": CannedReply.objects.create(shortcut="oi", text="Olá").pk,
                "view_id": SavedView.objects.create(owner=self.owner, name="VIP", query="vip=1").pk,
                "tag_id": Tag.objects.create(name="VIP").pk,
            }

    def url(self, name: str, ids: dict[str, uuid.UUID] | None = None) -> str:
        return reverse(name, kwargs=arguments(name, self.organization.slug, ids or self.ids))


@pytest.fixture(scope="module")
def worlds(standing):
    return World(), World()


@pytest.fixture(scope="module")
def browser(worlds):
    """The owner of the first."""
    client = Client()
    client.force_login(worlds[0].owner.user)
    return client


def test_every_route_is_a_companys_or_exempt_with_a_reason():
    others = {name for name in ROUTES if name not in TENANT and not name.startswith(f"{BACKOFFICE}:")}
    assert others - set(PUBLIC) == set()
    assert set(PUBLIC) - others == set()


def test_there_is_one_of_everything_that_stands_in_an_address(worlds):
    for name in TENANT:
        assert worlds[0].url(name)


@pytest.fixture(scope="module")
def nowhere(browser):
    """{method: the page of a company that never was}; it is the same for every address in it."""
    return {method: browser.generic(method, "/o/there-is-none/desk/") for method in METHODS}


@pytest.mark.parametrize("name", TENANT)
def test_outsiders_get_the_page_of_a_company_that_never_was(worlds, browser, nowhere, name):
    theirs = worlds[1]
    for method in METHODS:
        answer = browser.generic(method, theirs.url(name))
        assert (answer.status_code, nowhere[method].status_code) == (404, 404)
        assert page(answer) == page(nowhere[method])
    path = theirs.url(name).replace(f"/o/{theirs.organization.slug}/", "/o/there-is-none/")
    assert page(browser.get(path)) == page(nowhere["GET"])


@pytest.fixture(scope="module")
def nobody():
    """A browser without a session, which no address of a company gives it."""
    browser = Client()
    yield browser
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


@pytest.mark.parametrize("name", TENANT)
def test_anonymous_visitors_are_asked_to_log_in(worlds, nobody, name):
    for method in METHODS:
        answer = nobody.generic(method, worlds[0].url(name))
        assert (answer.status_code, "/accounts/login/" in answer.url) == (302, True)
        fragment = nobody.generic(method, worlds[0].url(name), headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment.content) == (401, b"")


@pytest.mark.parametrize("name", WITH_IDS)
def test_a_foreign_id_in_ones_own_company_is_an_id_that_never_was(worlds, browser, name, monkeypatch):
    monkeypatch.setattr("apps.console.graph.about", lambda *_: {})
    monkeypatch.setattr("apps.console.graph.profile", lambda *_: {})
    monkeypatch.setattr("apps.console.graph.unsubscribe", lambda *_: {})
    mine, theirs = worlds
    unknown = {key: uuid.uuid4() for key in theirs.ids}
    for method in METHODS:
        foreign = browser.generic(method, mine.url(name, theirs.ids))
        nowhere = browser.generic(method, mine.url(name, unknown))
        assert foreign.status_code == nowhere.status_code
        assert foreign.status_code in (404, 405)
        assert page(foreign) == page(nowhere)


CANARY = "canary-of-every-sealed-value-71d"


@pytest.fixture(scope="module")
def own_pages(worlds, browser):
    """What each address answers its owner; whatever the company keeps sealed is the canary."""
    with tenant_scope(worlds[0].organization):
        for model, names in sealed_columns():
            for row in model._default_manager.all():
                row.__dict__ |= dict.fromkeys(names, CANARY)
                row.save()
    return {name: browser.get(worlds[0].url(name)) for name in TENANT}


def test_negative_control_the_same_addresses_answer_their_owner(own_pages):
    opened = {name for name, answer in own_pages.items() if answer.status_code in (200, 302)}
    assert {"desk:conversation", "conversations:thread", "console:dashboard", "console:queue"} <= opened


def test_no_page_export_or_fragment_has_a_secret(own_pages):
    bodies = {name: b"".join(answer) if answer.streaming else answer.content for name, answer in own_pages.items()}
    assert [name for name, body in bodies.items() if CANARY.encode() in body] == []
    assert len([name for name, body in bodies.items() if b"Maria Segredo" in body]) > 3  # it would be found


@pytest.mark.parametrize("is_staff", [False, True])
def test_the_back_office_is_for_staff(worlds, is_staff):
    client = Client()
    client.force_login(UserFactory(is_staff=is_staff, is_superuser=is_staff))
    assert client.get(reverse("admin:index")).status_code == (200 if is_staff else 302)
