"""Flows drawn by an AI: over real HTTP, from what it answers to a draft, and what goes wrong on the way."""

import json

import pytest

from django.urls import reverse

from apps.ai.models import Usage
from apps.ai.tests.conftest import make_provider, simulator_url
from apps.chatbots import generating, services
from apps.chatbots.models import Flow
from apps.chatbots.tests.test_gallery import run
from apps.chatbots.tests.workshop import Workshop
from apps.organizations.tests.factories import MembershipFactory

__all__ = ["make_provider", "simulator_url"]
pytestmark = pytest.mark.django_db


def step(key, kind, words="", **more):
    empty = {"label": "", "variable": "", "answer": "text", "options": [], "next": "", "otherwise": ""}
    rule = {"variable": "", "operator": "equals", "value": ""}
    return {"id": key, "kind": kind, "text": words, "rule": rule, **empty, **more}


PIZZA = {
    "name": "Pizzaria",
    "steps": [
        step("a", "message", "Oi, {{contact.first_name}}!", next="b"),
        step("b", "menu", "Qual?", options=[{"title": "Calabresa", "next": "c"}, {"title": "Outra", "next": "x"}]),
        step("c", "question", "Quantas?", answer="number", variable="quantas", next="d"),
        step("d", "condition", rule={"variable": "quantas", "operator": "more", "value": "5"}, next="x", otherwise="e"),
        step("e", "message", "Anotado: {{quantas}}", next="nowhere"),
        step("x", "handoff", "Já vem alguém"),
    ],
}


@pytest.fixture
def asking(make_provider):
    """`asking(description, model="sim-1")` posts the form as an administrator; gives the answer and the workshop."""
    provider = make_provider()
    member = MembershipFactory(organization=provider.organization, role="admin")
    shop = Workshop(Flow(organization=provider.organization), {"admin": member})

    def ask(description, **fields):
        type(provider).objects.filter(pk=provider.pk).update(**fields)
        browser = shop.client("admin")
        return browser, browser.post(shop.url("generate"), {"description": description, "provider": provider.pk})

    return ask


def test_what_was_described_is_shown_and_becomes_a_draft_only_when_accepted(asking):
    browser, answer = asking(json.dumps(PIZZA))
    shown = browser.get(answer.url)
    assert "Pizzaria" in shown.content.decode()
    assert shown.context["problems"] == []
    assert not Flow.objects.exists()
    assert browser.post(answer.url, {"name": "Pizzas"}).status_code == 302
    draft = Flow.objects.get().draft
    sent, status = run(draft, ["calabresa", "2"])
    assert (sent[-1], status) == ("Anotado: 2", "ended")
    assert run(draft, ["calabresa", "6"])[1] == "handed"
    assert Usage.objects.get().state == Usage.State.DONE


def test_without_an_ai_the_page_leads_to_where_one_is_connected(make_provider):
    member = MembershipFactory(role="admin")
    shop = Workshop(Flow(organization=member.organization), {"admin": member})
    shown = shop.client("admin").get(shop.url("generate")).content.decode()
    providers = reverse("console:providers", kwargs={"slug": member.organization.slug})
    assert f'class="btn btn-primary" href="{providers}"' in shown
    assert "<textarea" not in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model": "sim-html"}, "not understood"),
        ({"model": "sim-429"}, "slow down"),
        ({"monthly_budget": 1, "price_in": 10**6, "price_out": 10**6}, "budget"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_nothing_is_kept(asking, fields, words):
    _browser, answer = asking("Uma pizzaria", **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Flow.objects.exists()


@pytest.mark.parametrize("odd", [{"steps": []}, {"steps": 3}, {"steps": [3]}])
def test_an_answer_without_steps_is_refused(asking, odd):
    _browser, answer = asking(json.dumps({"name": "x", **odd}))
    assert (answer.status_code, "no steps" in answer.content.decode()) == (422, True)


def test_odd_steps_never_raise_and_are_told(make_provider):
    make_provider()
    odd = [step("a", "teleport", next="a"), step("a", "menu", options=[{"title": "x" * 50, "next": "q"}] * 12)]
    found = generating.drawn({"name": None, "steps": [*odd, {"id": "z", "kind": "question", "text": 3, "rule": []}]})
    assert len(found.warnings) >= 1
    assert isinstance(services.problems(found.graph), list)
    run(found.graph, [])
