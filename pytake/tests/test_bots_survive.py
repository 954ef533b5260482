"""Guarantee: a worker killed in a bot's turn, or while a step asks outside, loses nothing and sends nothing twice, and
every customer is answered. A real worker, seen from its borders: messages in, messages at the provider."""

import json
from collections import Counter
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest

from apps.chatbots.tests.flows import flow_of
from pytake.tests.stack import meet, phone_of, wait_until

pytestmark = pytest.mark.xdist_group("crashes")
MAKE = """
import json
from apps.ai.models import Provider
from apps.chatbots import services
from apps.chatbots.models import Bot, Trigger
from apps.datasources.models import Connection
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
facts = json.loads({facts!r})
with tenant_scope(Organization.objects.get(slug="loja-aurora")):
    ai = Provider.objects.create(name="Elsewhere", base_url=facts["service"] + "/v1", model="any", api_key="x")
    base = Connection.objects.create(name="Elsewhere", engine="postgresql", tls="off", **facts["database"])
    bot = services.create_bot(name="Survivor", by=None)
    Bot.objects.filter(pk=bot.pk).update(is_active=True)
    for word, graph in facts["flows"].items():
        graph = json.loads(json.dumps(graph).replace("<ai>", str(ai.pk)).replace("<database>", str(base.pk)))
        flow = services.create_flow(bot, name=word, by=None)
        services.save_draft(flow, graph, 1, None)
        services.publish(flow, None)
        Trigger.objects.create(flow=flow, kind="keyword", value=word, priority=1)
    print(bot.pk)
"""
TALK = flow_of(
    [
        ("start", {}),
        ("question", {"text": "Seu nome?", "type": "text", "variable": "name"}),
        ("question", {"text": "Cidade de {{name}}?", "type": "text", "variable": "city"}),
        ("message", {"text": "{{name}} de {{city}}"}),
        ("end", {}),
    ]
)


def asking(kind: str, fields: dict, word: str, failing: tuple[str, ...] = ("error",)) -> dict:
    """A flow that asks outside and says how that went."""
    steps = [("start", {}), (kind, fields), ("message", {"text": f"{word}: veio"})]
    steps += [("message", {"text": f"{word}: falhou"}), ("end", {})]
    lines = [("n1", "next", "n2"), ("n2", "next", "n3"), ("n3", "next", "n5"), ("n4", "next", "n5")]
    return flow_of(steps, [*lines, *(("n2", port, "n4") for port in failing)])


@pytest.fixture
def bots(stack):
    """A bot that answers to five words; four of its flows ask outside."""
    base, service = urlsplit(stack.database_url), stack.elsewhere.origin
    with psycopg.connect(stack.database_url, autocommit=True) as door:
        door.execute("CREATE TABLE asked_by_flows AS SELECT 1 AS id")
    flows = {
        "conversar": TALK,
        "buscar": asking("http_request", {"method": "GET", "url": f"{service}/get"}, "buscar"),
        "gravar": asking("http_request", {"method": "POST", "url": f"{service}/post"}, "gravar"),
        "pensar": asking("ai_prompt", {"provider": "<ai>", "prompt": "x", "history": 0}, "pensar"),
        "consultar": asking(
            "database_query",
            {"connection": "<database>", "query": "SELECT id FROM asked_by_flows"},
            "consultar",
            ("empty", "error"),
        ),
    }
    database = {"host": base.hostname, "port": base.port, "database": base.path[1:]}
    database |= {"username": base.username, "password": base.password}
    facts = json.dumps({"service": service, "database": database, "flows": flows})
    made = stack.manage("shell", "-v", "0", "-c", MAKE.format(facts=facts)).strip()
    yield
    stack.rows("UPDATE chatbots_bot SET is_active = false WHERE id = %s RETURNING 1", made)


@contextmanager
def locked(stack, table, mode):
    """Whoever wants to use the table waits, as at a slow disk."""
    with psycopg.connect(stack.database_url) as door:
        door.execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield
        door.rollback()


def wait_for_lock(stack, table):
    waits = "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    wait_until(lambda: stack.rows(waits, table), 15, f"nobody came to {table}")


def say(stack, key, words):
    stack.control("inbound", {"customer": phone_of(key), "type": "text", "text": {"body": words}, "wait": True})


def answers(stack, key):
    """What the provider got for that customer, in order."""
    cards = stack.control("messages?limit=500", method="GET")["messages"]
    return [card["payload"]["text"]["body"] for card in cards if card["payload"].get("to", "").endswith(phone_of(key))]


def asked(stack):
    return Counter(stack.elsewhere.asked)


def test_a_worker_killed_in_turns_and_in_outside_work_leaves_nobody_unanswered(stack, bots):
    words = {"91": "buscar", "92": "gravar", "93": "pensar", "94": "consultar"}
    for key in (*words, "95", "96"):
        meet(stack, key)
    say(stack, "95", "conversar")
    wait_until(lambda: answers(stack, "95") == ["Seu nome?"], 15, "the first question did not come")
    stack.elsewhere.held |= {"/get", "/post", "/v1/chat/completions"}
    with locked(stack, "asked_by_flows", "ACCESS EXCLUSIVE"):
        for key, word in words.items():
            say(stack, key, word)
        wait_until(lambda: len(asked(stack)) == 3, 15, "not all steps asked outside")
        wait_for_lock(stack, "asked_by_flows")
        with locked(stack, "chatbots_step", "EXCLUSIVE"):
            say(stack, "95", "Ana")
            wait_for_lock(stack, "chatbots_step")
            stack.kill("worker")
            say(stack, "95", "Recife")
            say(stack, "96", "conversar")
    assert asked(stack) == {"/get": 1, "/post": 1, "/v1/chat/completions": 1}
    stack.rows("UPDATE chatbots_session SET claimed_at = claimed_at - interval '1 hour' RETURNING 1")
    stack.launch("worker")
    expected = {
        "91": ["buscar: veio"],
        "92": ["gravar: falhou"],  # it may have been done, so it is not done again
        "93": ["pensar: veio"],
        "94": ["consultar: veio"],
        "95": ["Seu nome?", "Cidade de Ana?", "Ana de Recife"],
        "96": ["Seu nome?"],
    }
    wait_until(lambda: {key: answers(stack, key) for key in expected} == expected, 40, every=0.3)
    assert asked(stack) == {"/get": 2, "/post": 1, "/v1/chat/completions": 2}
    lines = stack.rows("SELECT text FROM conversations_message WHERE direction = 'out' AND text LIKE %s", "%: veio")
    assert len(lines) == 3
