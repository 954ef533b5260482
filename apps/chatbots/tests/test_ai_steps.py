"""AI steps against providers that really answer over HTTP, well and badly."""

import pytest

from apps.ai import completing
from apps.ai.models import Provider, Spending
from apps.ai.tests.conftest import simulator_url
from apps.ai.tests.factories import ProviderFactory, SnippetFactory
from apps.chatbots import work_loop
from apps.chatbots.models import Session, Step
from apps.chatbots.services import problems
from apps.chatbots.tests.conftest import only_conversation, sent
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.views.replay import _spent
from apps.contacts.models import Tag
from apps.conversations.models import State

__all__ = ["simulator_url"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(house, simulator_url, settings):
    settings.OUTBOUND_TRUSTED_ORIGINS = [simulator_url]
    prices = {"price_in": 1_000_000, "price_out": 1_000_000}
    return ProviderFactory(
        organization=house.organization,
        base_url=f"{simulator_url}/ai/v1",
        is_active=True,
        api_key="canary-of-a-provider",
        **prices,
    )


def prompting(provider, **fields):
    fields = {"provider": str(provider.pk), "history": 3, "tokens": 50, "send": True, "variable": "said", **fields}
    return flow_of([("start", {}), ("ai_prompt", fields), ("message", {"text": "({{said}})"}), ("end", {})])


def test_an_answer_is_said_and_kept_and_its_tokens_are_counted(bot, talk, provider):
    bot(prompting(provider, system="Be kind to {{contact.phone}}."))
    talk("São Paulo")
    work_loop.work_all()
    assert sent() == ["Você disse: São Paulo", "(Você disse: São Paulo)"]
    asked = Step.objects.get(kind="ai_prompt", port="")
    assert (asked.request["messages"], asked.request["model"]) == (1, "sim-echo")
    assert asked.answer["cost_micros"] == asked.answer["tokens_in"] + asked.answer["tokens_out"] > 0
    assert Spending.objects.get().spent == asked.answer["cost_micros"]
    assert "canary" not in str([Step.objects.values(), Session.objects.values()])
    shown = _spent([{"row": step} for step in Step.objects.all()])
    assert (shown["micros"], shown["currency"]) == (asked.answer["cost_micros"], "USD")


def test_answers_become_variables_of_their_kind(bot, talk, provider):
    outputs = [{"variable": "city", "type": "text"}, {"variable": "people", "type": "number"}]
    graph = prompting(provider, outputs=outputs, send=False)
    graph["nodes"][2]["fields"]["text"] = "{{city}} {{people}}"
    bot(graph)
    talk("São Paulo")
    work_loop.work_all()
    assert sent() == ["São Paulo 1.5"]


def test_it_reads_the_last_messages_and_what_the_company_knows(bot, talk, provider, house, monkeypatch):
    SnippetFactory(organization=house.organization, title="Trocas", text="Até 30 dias.")
    SnippetFactory(organization=house.organization, title="Horário", text="Das 9 às 18.")
    SnippetFactory(organization=house.organization, title="Troca antiga", text="Troca", is_active=False)
    asked = []
    real = completing.prepared
    monkeypatch.setattr(completing, "prepared", lambda *args, **more: asked.append(more) or real(*args, **more))
    question = ("question", {"text": "Sim?", "type": "text"})
    steps = [("start", {}), question, *[(node["kind"], node["fields"]) for node in prompting(provider)["nodes"][1:]]]
    graph = flow_of(steps)
    graph["nodes"][2]["fields"]["knowledge"] = True
    bot(graph)
    talk("Oi", "como TROCO um produto?")
    work_loop.work_all()
    assert [(line.role, line.text) for line in asked[0]["messages"]] == [
        ("user", "Oi"),
        ("assistant", "Sim?"),
        ("user", "como TROCO um produto?"),
    ]
    assert "Até 30 dias." in asked[0]["system"]
    assert not any(word in asked[0]["system"] for word in ("Das 9", "antiga"))


BAD = ["sim-html", "sim-empty", "sim-huge", "sim-slow", "sim-odd", "sim-429", "sim-500", "unknown"]


@pytest.mark.parametrize("kind", ["ai_prompt", "ai_agent"])
def test_whatever_goes_wrong_the_customer_is_not_left_in_silence(bot, talk, provider, house, monkeypatch, kind):
    """Over real HTTP, one conversation after the other: the error port, the flow's fallback, then a person."""
    monkeypatch.setattr(completing, "SECONDS", 0.3)
    fields = {"provider": str(provider.pk), "history": 3, "tokens": 20}
    ends = [("start", {}), (kind, fields), ("end", {})]
    lines = [("n1", "next", "n2"), ("n2", "next" if kind == "ai_prompt" else "done", "n3")]
    bot(flow_of(ends, lines), kind="any", fallback_text="Um momento")
    for number, model in enumerate(BAD, 1):
        Provider.objects.update(model=model)
        talk("Oi")
        work_loop.work_all()
        assert sent() == ["Um momento"] * number, model
        assert only_conversation().state == State.QUEUED
        type(only_conversation()).objects.update(queue=None, assignee=None)
    assert set(Session.objects.values_list("reason", flat=True)) == {"error"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda: Provider.objects.update(monthly_budget=0), "budget"),
        (lambda: Provider.objects.update(is_active=False), "no_answer"),
        (lambda: Provider.objects.update(base_url="http://169.254.169.254/v1"), "no_answer"),
        (lambda: Provider.objects.all().delete(), "no_provider"),
    ],
)
def test_budget_switch_address_and_absence(bot, talk, provider, change, error):
    bot(prompting(provider), fallback_text="Um momento")
    change()
    talk("Oi")
    work_loop.work_all()
    assert sent() == ["Um momento"]
    assert Step.objects.get(kind="ai_prompt", port="").answer["error"] == error


def agent(provider, **fields):
    fields = {
        "provider": str(provider.pk),
        "history": 10,
        "tokens": 50,
        "ways": [{"id": "buy", "title": "wants to buy"}],
        "remember": [{"variable": "city"}],
        **fields,
    }
    steps = [("start", {}), ("ai_agent", fields), ("message", {"text": "venda {{city}}"}), ("end", {})]
    lines = [("n1", "next", "n2"), ("n2", "buy", "n3"), ("n2", "done", "n4"), ("n3", "next", "n4")]
    return flow_of(steps, lines)


def chat(talk, *texts):
    for text in texts:
        talk(text)
        work_loop.work_all()
    return sent()


def test_an_agent_talks_remembers_tags_and_leaves_through_an_exit(bot, talk, provider, house):
    vip = Tag.objects.create(name="VIP")
    bot(agent(provider, tags=[str(vip.pk)]))
    said = chat(talk, "Oi", "remember Recife", "put_tag", "quero go agora")
    assert said == ["Você disse: Oi", "Você disse: remembered", "Você disse: done", "venda remember Recife"]
    assert list(only_conversation().contact.tags.all()) == [vip]
    assert Session.objects.get().status == "ended"


def test_an_agent_hands_over_and_stops_after_its_turns(bot, talk, provider):
    bot(agent(provider, turns=2), kind="any", fallback_text="Um momento")
    assert chat(talk, "a", "hand_over")[-1] == "Um momento"
    assert Session.objects.get().reason == "handoff"
    type(only_conversation()).objects.update(queue=None, assignee=None)
    chat(talk, "a", "b", "c")
    assert set(Session.objects.values_list("reason", flat=True)) == {"handoff"}


def test_without_a_provider_there_is_nothing_to_publish(house):
    graph = prompting(ProviderFactory(organization=house.organization, is_active=False))
    assert ("n2", "provider") in {(problem.node_id, problem.field) for problem in problems(graph)}
