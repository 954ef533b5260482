"""The builder's pages: who may open them, drafts of two editors, forms of steps, the outline, publishing, files."""

import json

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.chatbots import proposals, services, urls
from apps.chatbots.models import Bot, Flow, FlowVersion, Session, Trigger
from apps.chatbots.tests.factories import FlowTestFactory, TriggerFactory
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.tests.workshop import workshop
from apps.contacts.models import Contact
from apps.conversations.models import Conversation
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.tests.factories import NumberFactory

__all__ = ["workshop"]
pytestmark = pytest.mark.django_db
SEEING, MANAGING = {"owner", "admin", "supervisor"}, {"owner", "admin"}
READ = {"bots", "bot", "triggers", "session", "session_graph", "flow", "draft", "problems", "variables", "export"}
READ |= {"node", "outline", "versions", "version", "gallery", "sample", "sample_graph"}
READ |= {"figures", "version_graph"}
READ |= {"tests", "trigger_tester", "trigger_link", "trigger_qr"}
POSTED = {"bot_switch", "trigger_delete", "step_add", "step_order", "step_change", "rollback", "node_try"}
POSTED |= {"bot_delete", "flow_delete", "key_renew"}
POSTED |= {"bot_delete", "flow_delete", "test_new", "test_delete", "test_of_session"}
HELLO = flow_of([("start", {}), ("message", {"text": "Oi"}), ("end", {})])


def ids_of(workshop) -> dict[str, object]:
    flow, organization = workshop.flow, workshop.flow.organization
    trigger = TriggerFactory(organization=organization, flow=flow, kind="link", value="Vim pelo cartaz")
    number = NumberFactory(organization=organization)
    with tenant_scope(organization):
        version = FlowVersion.objects.create(flow=flow, number=1, graph=flow.draft)
        contact = Contact.objects.create(name="Ana", phone="5511988887777")
        chat = Conversation.objects.create(contact=contact, number=number)
        session = Session.objects.create(conversation=chat, version=version)
    return {
        "bot_id": flow.bot_id,
        "flow_id": flow.pk,
        "node_id": "start",
        "trigger_id": trigger.pk,
        "number_id": number.pk,
        "version_id": version.pk,
        "session_id": session.pk,
        "test_id": FlowTestFactory(organization=organization, flow=flow).pk,
        "sample": "reception",
        "key": _proposed(workshop),
    }


def _proposed(workshop):
    return proposals.keep(proposals.Proposal("Copy", HELLO), workshop.members["admin"])


def test_role_matrix(workshop):
    ids = ids_of(workshop)
    browsers = {role: workshop.client(role) for role in ("viewer", "agent", "supervisor", "admin", "owner")}
    for pattern in urls.urlpatterns:
        own = {key: ids[key] for key in pattern.pattern.converters}
        allowed = SEEING if pattern.name in READ else MANAGING
        for role, browser in browsers.items():
            call = browser.post if pattern.name in POSTED and role not in allowed else browser.get
            status = call(workshop.url(pattern.name, **own)).status_code
            opened = {405} if pattern.name in POSTED else {200}
            assert status in (opened if role in allowed else {403}), (pattern.name, role)


def test_who_may_only_look_can_t_save(workshop):
    browser = workshop.client("supervisor")
    body = {"revision": 1, "graph": HELLO}
    assert browser.put(workshop.of_flow("draft"), body, "application/json").status_code == 403
    assert browser.post(workshop.of_flow("node", node_id="start"), {"revision": 1}).status_code == 403
    assert workshop.fresh().draft_revision == 1


def put(workshop, graph, revision):
    body = {"revision": revision, "graph": graph}
    return workshop.client("admin").put(workshop.of_flow("draft"), body, "application/json")


def test_two_editors_the_second_is_told_and_overwrites_nothing(workshop):
    assert put(workshop, HELLO, 1).json()["revision"] == 2
    late = put(workshop, flow_of([("start", {})]), 1)
    assert (late.status_code, late.json()["revision"]) == (409, 2)
    assert len(workshop.fresh().draft["nodes"]) == 3


@pytest.mark.parametrize("body", ["[]", "{", '{"revision": 1, "graph": {"schema": 1, "nodes": 3}}', '{"revision": 1}'])
def test_what_is_no_flow_is_refused_with_a_sentence(workshop, body):
    answer = workshop.client("admin").put(workshop.of_flow("draft"), body, "application/json")
    assert (answer.status_code, bool(answer.json()["error"])) == (422, True)
    assert workshop.fresh().draft_revision == 1


def test_a_step_s_form_in_the_drawer_keeps_what_was_typed_and_tells_the_canvas(workshop):
    put(workshop, HELLO, 1)
    browser, url = workshop.client("admin"), workshop.of_flow("node", node_id="n2")
    drawer = {"HX-Request": "true"}
    long = browser.post(url, {"revision": 2, "text": "x" * 5000, "label": "Greeting"}, headers=drawer)
    assert (long.status_code, "x" * 5000 in long.content.decode()) == (422, True)
    saved = browser.post(url, {"revision": 2, "text": "Olá", "label": "Greeting", "next:next": "n3"}, headers=drawer)
    assert json.loads(saved["HX-Trigger"]) == {"flow:node": {"id": "n2"}}
    node = workshop.fresh().draft["nodes"][1]
    assert (node["label"], node["fields"]["text"]) == ("Greeting", "Olá")
    stale = browser.post(url, {"revision": 2, "text": "Mine", "next:next": ""}, headers=drawer)
    assert (stale.status_code, "Mine" in stale.content.decode()) == (422, True)
    assert workshop.fresh().draft["nodes"][1]["fields"]["text"] == "Olá"


def test_a_flow_is_built_in_the_outline_and_published(workshop):
    browser = workshop.client("admin")

    def do(name, **data):
        return browser.post(workshop.of_flow(name), {"revision": workshop.fresh().draft_revision, **data})

    assert do("step_add", kind="message", after="start:next").status_code == 302
    refused = browser.post(workshop.of_flow("publish"), {"canary_percent": 100})
    assert refused.status_code == 422
    do("step_add", kind="end", after="n1:next")
    revision = workshop.fresh().draft_revision
    browser.post(workshop.of_flow("node", node_id="n1"), {"revision": revision, "text": "Oi"})
    assert browser.post(workshop.of_flow("publish"), {"canary_percent": 100, "note": "First"}).status_code == 302
    shown = browser.get(workshop.of_flow("versions")).content.decode()
    assert "First" in shown


def test_the_outline_moves_and_deletes(workshop):
    put(workshop, HELLO, 1)
    browser = workshop.client("admin")
    browser.post(workshop.of_flow("step_change", node_id="n3"), {"revision": 2, "do": "up"})
    assert [node["id"] for node in workshop.fresh().draft["nodes"]] == ["n1", "n3", "n2"]
    browser.post(workshop.of_flow("step_order"), {"revision": 3})
    assert [node["id"] for node in workshop.fresh().draft["nodes"]] == ["n1", "n2", "n3"]
    stale = browser.post(workshop.of_flow("step_change", node_id="n2"), {"revision": 3, "do": "delete"})
    assert (stale.status_code, len(workshop.fresh().draft["nodes"])) == (422, 3)
    browser.post(workshop.of_flow("step_change", node_id="n2"), {"revision": 4, "do": "delete"})
    assert (len(workshop.fresh().draft["nodes"]), workshop.flow.draft["edges"]) == (2, [])


def test_a_version_shows_what_changed_and_is_rolled_back_to(workshop):
    with tenant_scope(workshop.flow.organization_id):
        services.save_draft(workshop.flow, HELLO, 1, None)
        first = services.publish(workshop.flow, None, "", 100)
        changed = flow_of([("start", {}), ("message", {"text": "Bom dia"}), ("end", {})])
        services.save_draft(workshop.flow, changed, 2, None)
        second = services.publish(workshop.flow, None, "", 100)
    browser = workshop.client("admin")
    shown = browser.get(workshop.of_flow("version", version_id=second.pk)).content.decode()
    assert "Bom dia" in shown
    browser.post(workshop.of_flow("rollback", version_id=first.pk))
    with tenant_scope(workshop.flow.organization_id):
        newest = workshop.flow.versions.order_by("-number")[0]
        assert (newest.number, newest.graph) == (3, first.graph)


def test_a_flow_travels_as_a_file(workshop):
    put(workshop, HELLO, 1)
    browser = workshop.client("admin")
    exported = browser.get(workshop.of_flow("export"))
    sent = browser.post(workshop.url("import"), {"file": SimpleUploadedFile("a.json", exported.content)})
    assert browser.post(sent.url, {"name": "Copy"}).status_code == 302
    with tenant_scope(workshop.flow.organization_id):
        assert Flow.objects.get(bot__name="Copy").draft == workshop.fresh().draft


def test_a_trigger_names_what_it_recognises_and_belongs_to_the_bot(workshop):
    browser, flow = workshop.client("admin"), workshop.flow
    new = workshop.url("trigger_new", bot_id=flow.bot_id)
    wanted = {"flow": flow.pk, "kind": "pattern", "priority": 10}
    assert browser.post(new, wanted | {"value": "("}).status_code == 422
    assert browser.post(new, wanted | {"value": "pedido [0-9]+"}).status_code == 302
    with tenant_scope(flow.organization_id):
        assert Trigger.objects.get().value == "pedido [0-9]+"


def test_a_bot_is_made_with_its_main_flow_and_switched(workshop):
    browser = workshop.client("admin")
    assert browser.post(workshop.url("bot_new"), {"name": "Reception"}).status_code == 302
    with tenant_scope(workshop.flow.organization_id):
        made = Bot.objects.get(name="Reception")
        assert made.flows.filter(is_main=True).exists()
    browser.post(workshop.url("bot_switch", bot_id=made.pk))
    with tenant_scope(workshop.flow.organization_id):
        assert Bot.objects.get(name="Reception").is_active
