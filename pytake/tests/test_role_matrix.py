"""Who may do what, for every view of the inbox: one row a view, so that a new view without a row fails.

The conversation is held by `agent`. A `colleague` is an agent of no queue: what is not theirs to see does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.utils import translation

from apps.accounts.tests.factories import UserFactory
from apps.conversations import receipts
from apps.conversations.models import Conversation, Message, State
from apps.conversations.models.conversation import ConversationQuerySet
from apps.conversations.tests.conftest import House, make_house
from apps.core.clock import now
from apps.media.models import StoredFile
from apps.media.services import store_bytes
from apps.media.tests.samples import picture
from apps.organizations import permissions
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.whatsapp.tests.factories import TemplateFactory
from pytake.tests.test_tenancy_urls import ROUTES

pytestmark = pytest.mark.django_db
SPACES = ("conversations:", "routing:", "desk:", "media:")
ROLES = [*Role.values, "colleague", "outsider", "anonymous"]
ANSWERING, LEADING = ("owner", "admin", "supervisor", "agent"), ("owner", "admin", "supervisor")
EVERYBODY = (*ANSWERING, "viewer")
Change = Callable[["World"], object]


@dataclass
class View:
    """`allowed` get `status`, members without the right 403; `colleague` is told apart (404: it does not exist)."""

    allowed: tuple[str, ...]
    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    colleague: int = 404
    before: Change = lambda world: None


@dataclass
class World:
    house: House
    chat: Conversation
    line: Message
    stored: StoredFile
    template: Any
    browsers: dict[str, Client]

    def url(self, name: str) -> str:
        own = {
            "conversation_id": self.chat.pk,
            "message_id": self.line.pk,
            "file_id": self.stored.pk,
            "template_id": self.template.pk,
            "kind": "buttons",
            "membership_id": self.house.agent.pk,
            "canned_id": uuid4(),
            "view_id": uuid4(),
        }
        return self.house.url(name, **{key: value for key, value in own.items() if f":{key}>" in ROUTES[name]})


def close(world: World) -> None:
    Conversation.objects.filter(pk=world.chat.pk).update(state=State.CLOSED, closed_at=now())


def free(world: World) -> None:
    Conversation.objects.filter(pk=world.chat.pk).update(state=State.QUEUED, assignee=None)


def failed_answer(world: World) -> None:
    Message.objects.filter(pk=world.line.pk).update(direction="out", status="failed", payload={"send": "text"})


def text() -> dict[str, Any]:
    return {"text": "Olá", "client_id": uuid4()}


def charged(world: World) -> None:
    Message.objects.filter(pk=world.line.pk).update(payload={"send": "order_details", "code": "00020126"})


VIEWS = {
    "conversations:list": View(EVERYBODY, colleague=200),
    "conversations:counts": View(EVERYBODY, colleague=200),
    "conversations:catchup": View(EVERYBODY, colleague=200),
    "conversations:thread": View(EVERYBODY),
    "conversations:older": View(EVERYBODY),
    "conversations:contact": View(EVERYBODY),
    "conversations:unread": View(ANSWERING, "POST", status=204),
    "conversations:send": View(ANSWERING, "POST", text()),
    "conversations:upload": View(ANSWERING, "POST", text() | {"file": picture()}),
    "conversations:format": View(ANSWERING, "POST", {"text": "*Olá*"}),
    "conversations:compose": View(ANSWERING),
    "conversations:compose-preview": View(ANSWERING, "POST"),
    "conversations:templates": View(ANSWERING),
    "conversations:template": View(ANSWERING),
    "conversations:template-preview": View(ANSWERING, "POST"),
    "conversations:canned": View(ANSWERING),
    "conversations:colleagues": View(ANSWERING, colleague=200),
    "conversations:contact_edit": View(ANSWERING),
    "conversations:schedule": View(ANSWERING),
    "conversations:schedule_cancel": View(ANSWERING, "POST", status=422),
    "conversations:snooze": View(ANSWERING),
    "conversations:tags": View(ANSWERING),
    "conversations:unsent": View(ANSWERING, "POST", status=204),
    "conversations:view_delete": View(EVERYBODY, "POST", status=404),
    "conversations:view_keep": View(EVERYBODY, "POST", status=422, colleague=422),
    "conversations:wake": View(ANSWERING, "POST"),
    "conversations:note": View(ANSWERING, "POST", text()),
    "conversations:react": View(ANSWERING, "POST", {"emoji": "👍"}),
    "conversations:pix_code": View(EVERYBODY, before=charged),
    "conversations:resend": View(ANSWERING, "POST", before=failed_answer),
    "conversations:close": View(ANSWERING, "POST", {"outcome": "resolved"}),
    "conversations:reopen": View(ANSWERING, "POST", before=close),
    "routing:pull": View(ANSWERING, "POST", colleague=422, before=free),
    "routing:assign": View(LEADING, colleague=403),
    "routing:transfer": View(ANSWERING),
    "desk:dashboard": View(ANSWERING, colleague=200),
    "desk:queue": View(ANSWERING, colleague=200),
    "desk:inbox": View(EVERYBODY, colleague=200),
    "desk:conversation": View(EVERYBODY),
    "desk:notifications": View(ANSWERING, colleague=200),
    "desk:history": View(ANSWERING, colleague=200),
    "desk:closed": View(ANSWERING, before=close),
    "desk:completed": View(ANSWERING, colleague=200),
    "desk:canned": View(ANSWERING, colleague=200),
    "desk:canned_delete": View(ANSWERING, "POST", status=404),
    "desk:palette": View(EVERYBODY, colleague=200),
    "desk:password": View(ANSWERING, "POST", status=422, colleague=422),
    "desk:picture": View(EVERYBODY, status=404),
    "desk:picture_upload": View(ANSWERING, "POST", status=302, colleague=302),
    "desk:preferences": View(ANSWERING, "POST", status=422, colleague=422),
    "desk:profile": View(ANSWERING, colleague=200),
    "desk:shortcuts": View(EVERYBODY, "POST", status=204, colleague=204),
    "desk:stats": View(ANSWERING, colleague=200),
    "desk:undo": View(ANSWERING, "POST", status=422),
    "media:file": View(EVERYBODY),
}


@pytest.fixture(scope="module")
def made(standing, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("media"))
    house = make_house()
    house.members.come()["colleague"] = MembershipFactory(organization=house.organization, user=UserFactory())
    with override_settings(MEDIA_ROOT=folder), tenant_scope(house.organization):
        chat = house.chat()
        stored = store_bytes(picture(), name="foto.jpg", declared_mime="image/jpeg")
        line = Message.objects.get(conversation=chat, direction="in")
        Message.objects.filter(pk=line.pk).update(media=stored)
    template = TemplateFactory(organization=house.organization, account=house.number.account)
    browsers = {role: house.client(role) for role in ROLES}
    return World(house, chat, line, stored, template, browsers), folder


@pytest.fixture
def world(made, monkeypatch, settings):
    world, settings.MEDIA_ROOT = made
    monkeypatch.setattr(receipts, "request", lambda *args, **options: None)
    with tenant_scope(world.house.organization), translation.override("en"):
        yield world


def ask(world: World, name: str, role: str) -> int:
    """The answer's status; whatever the view did is undone."""
    view = VIEWS[name]
    data = dict(view.data)
    if "file" in data:
        data["file"] = SimpleUploadedFile("foto.jpg", data["file"], "image/jpeg")
    browser = world.browsers[role]
    with transaction.atomic():
        view.before(world)
        call = browser.post if view.method == "POST" else browser.get
        answer = call(world.url(name), data, headers={"HX-Request": "true"})
        if answer.streaming:
            b"".join(answer)
        transaction.set_rollback(True)
    return int(answer.status_code)


def expected(view: View) -> dict[str, int]:
    members = {role: view.status if role in view.allowed else 403 for role in Role.values}
    return {**members, "colleague": view.colleague, "outsider": 404, "anonymous": 401}


def test_every_view_has_its_row():
    assert {name for name in ROUTES if name.startswith(SPACES)} == set(VIEWS)


@pytest.mark.parametrize("name", VIEWS)
def test_role_matrix(world, name):
    assert {role: ask(world, name, role) for role in ROLES} == expected(VIEWS[name])


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if "viewer" not in view.allowed])
def test_negative_control_without_permissions_the_viewer_gets_in(world, name, monkeypatch):
    monkeypatch.setattr(permissions, "has_perm", lambda membership, perm: True)
    assert ask(world, name, "viewer") != 403


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.colleague == 404 != view.status])
def test_negative_control_without_the_filter_of_what_is_visible_a_colleague_gets_in(world, name, monkeypatch):
    monkeypatch.setattr(ConversationQuerySet, "visible_to", lambda rows, membership: rows.all())
    assert ask(world, name, "colleague") != 404


@pytest.mark.parametrize("name", ["conversations:send", "conversations:close", "routing:transfer"])
def test_what_another_agent_holds_is_seen_in_the_queue_only_and_never_taken_over_in_silence(world, name):
    """Members of the queue see it while it waits; they must take it first."""
    world.house.queue.department.members.add(world.house.members["colleague"])
    assert ask(world, name, "colleague") == 404
    free(world)
    assert ask(world, name, "colleague") == 422
