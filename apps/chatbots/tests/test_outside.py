"""HTTP from a flow: what is sent, what is kept, what is shown, and what a killed worker leaves behind."""

import pytest

from apps.chatbots import work_loop, working
from apps.chatbots.models import Session, Step
from apps.chatbots.services import problems
from apps.chatbots.tests.conftest import only_conversation, sent
from apps.chatbots.tests.flows import flow_of
from apps.conversations.models import State
from apps.core.http import OutboundResponse, TransportError

pytestmark = pytest.mark.django_db


def asking(method="GET", url="https://api.example/orders/{{last.text}}", **fields):
    fields = {
        "method": method,
        "url": url,
        "headers": [{"name": "Authorization", "value": "Bearer canary-secret"}],
        "mapping": [{"path": "order.items.0.name", "variable": "item"}],
        **fields,
    }
    return flow_of([("start", {}), ("http_request", fields), ("message", {"text": "É {{item}}"}), ("end", {})])


@pytest.fixture
def world(monkeypatch):
    """`world.answer` is what comes back (or an error); `world.asked` what went out."""

    class World:
        answer, asked = OutboundResponse(200, {}, b'{"order": {"items": [{"name": "caneca"}]}}'), []

    async def request(self, method, url, **given):
        world.asked.append((method, url, given))
        if isinstance(world.answer, Exception):
            raise world.answer
        return world.answer

    world = World()
    world.asked = []
    monkeypatch.setattr("apps.core.http.OutboundClient.request", request)
    return world


def test_the_answer_fills_variables_and_no_secret_is_in_the_replay(bot, talk, world):
    bot(asking())
    talk("42/../x")
    assert work_loop.work_all() == 1
    assert sent() == ["É caneca"]
    method, url, given = world.asked[0]
    assert (method, url) == ("GET", "https://api.example/orders/42%2F..%2Fx")
    assert given["headers"]["Authorization"] == "Bearer canary-secret"
    assert "canary-secret" not in str(list(Step.objects.values()))
    asked = Step.objects.get(kind="http_request", port="")
    assert asked.request["url"] == url
    assert asked.request["headers"] == {"Authorization": "•••"}
    assert asked.answer["status"] == 200
    assert "caneca" in asked.answer["body"]
    assert asked.took_ms is not None
    assert Session.objects.get().work is None


def test_what_is_missing_in_the_answer_leaves_the_variable_empty(bot, talk, world):
    world.answer = OutboundResponse(200, {}, b'{"order": 3}')
    bot(asking())
    talk("1")
    work_loop.work_all()
    assert sent() == ["É"]


@pytest.mark.parametrize("answer", [OutboundResponse(500, {}, b""), TransportError("no", ambiguous=True)])
def test_a_failure_without_a_way_on_ends_with_a_person(bot, talk, world, answer, house):
    world.answer = answer
    bot(asking(), fallback_text="Um momento")
    talk("1")
    work_loop.work_all()
    assert sent() == ["Um momento"]
    assert only_conversation().state == State.QUEUED


def test_a_call_that_may_have_been_made_is_repeated_only_when_it_is_a_get(bot, talk, world):
    bot(asking("POST"))
    talk("1")
    assert len(working.claim()) == 1  # and then the worker was killed
    assert working.claim() == []
    Session.objects.update(claimed_at="2020-01-01T00:00:00Z")
    work_loop.work_all()
    assert world.asked == []
    assert Session.objects.get().reason == "error"


def test_an_address_inside_the_house_is_not_reached(bot, talk, house):
    bot(asking(url="http://169.254.169.254/latest"), fallback_text="Um momento")
    talk("1")
    work_loop.work_all()
    assert sent() == ["Um momento"]


def test_the_host_can_t_be_a_variable():
    for url in ("https://{{last.text}}/x", "ftp://a", "{{x}}", "https:///x"):
        assert ("n2", "url") in {(problem.node_id, problem.field) for problem in problems(asking(url=url))}
