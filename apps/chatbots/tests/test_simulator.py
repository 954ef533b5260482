"""Talking to a draft, and the tests that are kept of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.audit.models import AuditEvent
from apps.chatbots import engine, proving, services
from apps.chatbots.models import FlowTest, Session, Step
from apps.chatbots.rehearsal import new_script, play
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.tests.workshop import workshop
from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Message
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.providers import limits
from apps.whatsapp.tests.factories import NumberFactory

__all__ = ["workshop"]
ASKING = flow_of(
    [
        ("start", {}),
        ("buttons", {"text": "Como posso ajudar?", "buttons": [{"id": "a", "title": "Troca"}], "variable": "about"}),
        ("question", {"text": "Qual pedido?", "type": "number", "variable": "order", "retries": 1}),
        ("http_request", {"method": "GET", "url": "https://shop.example/{{order}}", "mapping": [], "status": "code"}),
        ("message", {"text": "Pedido {{order}}: {{code}}"}),
        ("handoff", {}),
    ],
    [
        ("n1", "next", "n2"),
        ("n2", "a", "n3"),
        ("n3", "next", "n4"),
        ("n4", "next", "n5"),
        ("n4", "error", "n6"),
        ("n5", "next", "n6"),
    ],
)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PASSING = [{"do": "wait", "seconds": 90_000}, {"do": "answer", "error": "x"}]
TALK = [
    {"do": "say", "kind": "interactive", "text": "Troca", "payload": "a"},
    {"do": "say", "kind": "text", "text": "42", "payload": ""},
]


def rehearse(graph, *moves, first="Oi"):
    script = {**new_script(AT, first), "moves": list(moves)}
    return play({"draft": engine.compile_graph("draft", graph, is_draft=True)}, script, {})


def words(seen):
    return [line.text for line in seen.said]


def test_a_rehearsal_talks_taps_asks_outside_and_takes_the_answer():
    seen = rehearse(ASKING, *TALK)
    assert (words(seen), seen.asked.url) == (["Como posso ajudar?", "Qual pedido?"], "https://shop.example/42")
    seen = rehearse(ASKING, *TALK, {"do": "answer", "value": {"status": 200, "body": {}}})
    assert (words(seen)[-1], seen.state.status, seen.asked) == ("Pedido 42: 200", "handed", None)
    assert (seen.state.variables["about"], seen.path[0]) == ("Troca", "n1")


@pytest.mark.parametrize("error", ["timeout", "refused"])
def test_a_failure_outside_leaves_through_the_error_port(error):
    seen = rehearse(ASKING, *TALK, {"do": "answer", "error": error})
    assert (seen.path[-1], seen.state.status) == ("n6", "handed")


def test_time_is_travelled_timer_by_timer_and_the_window_closes_by_itself():
    waiting = flow_of([("start", {}), ("delay", {"amount": 30, "unit": "hours"}), ("message", {"text": "Ainda aí?"})])
    seen = rehearse(waiting)
    assert (seen.state.status, words(seen)) == ("waiting", [])
    late = rehearse(waiting, {"do": "timer"})
    assert not late.is_window_open
    assert (late.lines[-1].who, late.state.status) == ("refused", "handed")
    kept = rehearse(waiting, {"do": "wait", "seconds": 60}, {"do": "say", "text": "?"}, {"do": "window", "open": True})
    assert kept.is_window_open


def test_whatsapps_limits_are_those_of_the_send_door(monkeypatch):
    hello = flow_of([("start", {}), ("message", {"text": "Bom dia"}), ("end", {})])
    assert rehearse(hello).state.status == "ended"
    monkeypatch.setattr(limits, "TEXT", 3)
    seen = rehearse(hello)
    assert (words(seen), seen.lines[-1].who, seen.lines[-1].node) == ([], "refused", "n3")
    assert "7" in seen.lines[-1].text


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*TALK, *PASSING]), max_size=8))
def test_the_same_script_gives_the_same_transcript(moves):
    one, two = rehearse(ASKING, *moves), rehearse(ASKING, *moves)
    assert (words(one), one.path, one.state) == (words(two), two.path, two.state)


@pytest.fixture
def drawn(workshop):
    with tenant_scope(workshop.flow.organization_id):
        services.save_draft(workshop.flow, ASKING, 1, None)
    return workshop


def tell(drawn, **data):
    return drawn.client("admin").post(drawn.of_flow("simulate"), data, headers={"HX-Request": "true"})


@pytest.mark.django_db
def test_the_pane_plays_and_keeps_a_test_that_blocks_publishing(drawn):
    assert "Como posso ajudar?" in tell(drawn, do="begin", text="Oi").content.decode()
    answer = tell(drawn, do="say", text="Troca", payload="a")
    assert ("Qual pedido?" in answer.content.decode(), '"n3"' in answer["HX-Trigger"]) == (True, True)
    tell(drawn, do="say", text="7")
    assert "shop.example/7" in tell(drawn, do="hours").content.decode()
    assert tell(drawn, do="answer", value='{"status": 200, "body": {}}').status_code == 200
    made = drawn.client("admin").post(drawn.of_flow("test_new"), {"name": "Troca"})
    with tenant_scope(drawn.flow.organization_id):
        test = FlowTest.objects.get()
        assert made.url == drawn.of_flow("test", test_id=test.pk)
        assert proving.run(test).passed
        assert not Message.objects.exists()
        changed = {**ASKING, "nodes": [dict(node) for node in ASKING["nodes"]]}
        changed["nodes"][4] = {**changed["nodes"][4], "fields": {"text": "Não sei"}}
        services.save_draft(drawn.fresh(), changed, 2, None)
    refused = drawn.client("admin").post(drawn.of_flow("publish"), {"canary_percent": 100, "despite_tests": "on"})
    assert (refused.status_code, "Troca" in refused.content.decode()) == (422, True)
    with tenant_scope(drawn.flow.organization_id):
        assert not drawn.flow.versions.exists()
        assert proving.run(FlowTest.objects.get()).differences[0].node == "n5"
    allowed = drawn.client("owner").post(drawn.of_flow("publish"), {"canary_percent": 100, "despite_tests": "on"})
    assert allowed.status_code == 302
    with tenant_scope(drawn.flow.organization_id):
        assert AuditEvent.objects.filter(action="flow.tests_overridden").get().data["tests"] == ["Troca"]


@pytest.mark.django_db
def test_a_test_is_thinned_out_and_a_part_is_enough(drawn):
    tell(drawn, do="begin", text="Oi")
    drawn.client("admin").post(drawn.of_flow("test_new"), {"name": "Menu"})
    with tenant_scope(drawn.flow.organization_id):
        test = FlowTest.objects.get()
    kept = {"keep-0": "on", "text-0": "posso", "how-0": "contains"}
    assert drawn.client("admin").post(drawn.of_flow("test", test_id=test.pk), kept).status_code == 302
    with tenant_scope(drawn.flow.organization_id):
        test.refresh_from_db()
        assert test.expects == [{"what": "says", "text": "posso", "how": "contains"}]
        assert proving.run(test).passed
    shown = drawn.client("admin").get(drawn.of_flow("tests")).content.decode()
    assert "is-passed" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("move", [{"do": "nonsense"}, {"do": "say"}, {"do": "wait"}, {"do": "set", "name": "1 x"}])
def test_what_is_no_move_changes_nothing(drawn, move):
    tell(drawn, do="begin", text="Oi")
    answer = tell(drawn, **move)
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)


@pytest.mark.django_db
def test_a_real_session_becomes_a_test(drawn):
    with tenant_scope(drawn.flow.organization_id):
        version = services.publish(drawn.fresh(), None)
        session = session_of(drawn, version)
        heard = {"kind": "interactive", "text": "Troca", "payload": "a"}
        Step.objects.create(session=session, version=version, number=2, node_id="n2", kind="buttons", heard=heard)
    made = drawn.client("admin").post(drawn.url("test_of_session", session_id=session.pk))
    with tenant_scope(drawn.flow.organization_id):
        test = FlowTest.objects.get()
        assert made.url == drawn.of_flow("test", test_id=test.pk)
        assert [wanted["text"] for wanted in test.expects if wanted["what"] == "says"] == [
            "Como posso ajudar?",
            "Qual pedido?",
        ]


def session_of(drawn, version):
    contact = Contact.objects.create(name="Ana", phone="5511988887777")
    number = NumberFactory(organization=drawn.flow.organization)
    chat = Conversation.objects.create(contact=contact, number=number)
    return Session.objects.create(conversation=chat, version=version)
