"""Guarantee: whatever address a flow names, nothing inside the house is connected to; and whatever a service answers,
the customer is not left in silence."""

import aiohttp.connector
import pytest

from apps.ai.tests.factories import ProviderFactory
from apps.chatbots import work_loop, working
from apps.chatbots.models import Session
from apps.chatbots.outside.base import Job
from apps.chatbots.tests.conftest import only_conversation, sent
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.tests.services import serving
from apps.conversations.models import State
from apps.core.http import TransportError, addresses, pin, resolver
from apps.core.tests.ssrf_targets import INSIDE, TARGETS
from apps.datasources.engines import target
from apps.datasources.tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
HTTP = {"do": "CallHttp", "key": "1.0", "method": "GET", "headers": {}, "body": "", "timeout": 5, "retries": 0}
ASKED = {"model": "", "system": "", "prompt": "x", "history": 0, "upto": "", "knowledge": False, "temperature": 0}
ASKED |= {"max_tokens": 9, "schema": None, "tools": [], "tags": [], "tail": []}


@pytest.fixture
def connections(monkeypatch):
    """Wherever a connection was begun to, by HTTP or by a database's client."""
    started = []
    real = aiohttp.connector.aiohappyeyeballs.start_connection

    async def spy(addr_infos, *args, **kwargs):
        started.append(addr_infos[0][4][:2])
        return await real(addr_infos, *args, **kwargs)

    def pinned(*args, **more):
        found = pin(*args, **more)
        started.append((found.address, found.port))
        raise TransportError("the tests connect to nobody's database", ambiguous=False)

    monkeypatch.setattr(aiohttp.connector.aiohappyeyeballs, "start_connection", spy)
    monkeypatch.setattr(target, "pin", pinned)
    return started


@pytest.fixture
def features(house):
    """Each step that reaches outside, as `ask(origin)`: the error it ended in."""
    provider = ProviderFactory(organization=house.organization, is_active=True, api_key="x")
    bases = [
        ConnectionFactory(organization=house.organization, engine=engine, database="d", username="u", password="p")
        for engine in ("postgresql", "mysql", "mongodb")
    ]

    def http(host, port):
        return {**HTTP, "url": f"http://{host}:{port}/"}

    def posted(host, port):
        return {**HTTP, "method": "POST", "url": f"http://{host}:{port}/"}

    def ai(host, port):
        type(provider).objects.update(base_url=f"http://{host}:{port}/v1")
        return {"do": "AskAi", "key": "1.0", "provider": str(provider.pk), "request": ASKED}

    def database(base):
        def ask(host, port):
            type(base).objects.filter(pk=base.pk).update(host=host.strip("[]")[:253], port=port)
            query = '{"collection": "a", "find": {}}' if base.engine == "mongodb" else "SELECT 1"
            return {"do": "Query", "key": "1.0", "connection": str(base.pk), "query": query, "params": {}}

        return ask

    return [http, posted, ai, *map(database, bases)]


def test_no_target_is_reached_by_any_step(connections, features):
    assert len(set(TARGETS)) >= 80
    reached = []
    with working.Outside() as outside:
        for host in TARGETS:
            for feature in features:
                done = outside.finish(outside.start(Job(feature(host, 9))))
                if not done.answered.error:
                    reached.append((host, done))
    assert (reached, connections) == ([], [])


def test_no_target_is_reached_by_a_redirect(connections, features, settings):
    http, posted, ai = features[:3]
    with serving(lambda path: f"http://{TARGETS[int(path)]}:9/") as service:
        settings.OUTBOUND_TRUSTED_ORIGINS = [service.origin]
        with working.Outside() as outside:
            for index, host in enumerate(TARGETS):
                if host.isascii():
                    job = Job({**HTTP, "url": f"{service.origin}/to/{index}"})
                    assert outside.finish(outside.start(job)).answered.error, host
            for feature in (posted, ai):
                work = feature("127.0.0.1", service.port)
                work |= {"url": f"{service.origin}/to/0"} if "url" in work else {}
                outside.finish(outside.start(Job(work)))
    assert set(connections) == {("127.0.0.1", service.port)}


def test_no_target_is_reached_by_a_name(connections, features, monkeypatch):
    async def look_up(host, port, family):
        return [(2, "93.184.216.34"), (2, INSIDE[int(host.split("-")[1].split(".")[0])])]

    monkeypatch.setattr(resolver, "look_up", look_up)
    with working.Outside() as outside:
        for index in range(len(INSIDE)):
            for feature in features[:3]:
                done = outside.finish(outside.start(Job(feature(f"name-{index}.example", 9))))
                assert done.answered.error, (index, feature)
    assert connections == []


def test_without_the_check_they_would_be(connections, features, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    addresses.check_literal.cache_clear()
    with serving() as service:
        for feature in features:
            working.answer(Job(feature("127.0.0.1", service.port)))
    addresses.check_literal.cache_clear()
    assert len(connections) == len(features) == 6


@pytest.mark.parametrize("path", ["html", "empty", "huge", "nothing", "slow"])
def test_a_service_that_misbehaves_leaves_nobody_in_silence(bot, talk, settings, path):
    """The error port, which leads nowhere, so the flow's fallback, then a person."""
    with serving() as service:
        settings.OUTBOUND_TRUSTED_ORIGINS = [service.origin]
        kept = [{"path": "name", "variable": "n"}]
        fields = {"method": "GET", "url": f"{service.origin}/{path}", "mapping": kept, "timeout": 1}
        bot(flow_of([("start", {}), ("http_request", fields), ("end", {})]), fallback_text="Um momento")
        talk("Oi")
        work_loop.work_all()
    assert set(service.asked) == {f"/{path}"}
    assert sent() == ["Um momento"]
    assert (Session.objects.get().reason, only_conversation().state) == ("error", State.QUEUED)
