"""One interface, two kinds of providers, and every bad answer a clean error that says what it cost."""

import logging

import pytest

from apps.ai import completing
from apps.ai.completing import complete
from apps.ai.errors import AiError
from apps.ai.models import Spending, Usage
from apps.ai.talk import Tool, Turn
from apps.core.clock import now
from apps.vault.tests.factories import SecretFactory
from apps.vault.usage import uses_of

pytestmark = pytest.mark.django_db
KINDS = ("openai", "anthropic")
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["city", "people"],
}
HELLO = [Turn("user", "São Paulo")]


def ask(provider, **more):
    return complete(provider, **{"system": "Be kind.", "messages": HELLO, **more})


def test_both_kinds_answer_in_the_same_form(make_provider):
    for kind in KINDS:
        answer = ask(make_provider(kind, price_in=1_000_000, price_out=2_000_000))
        assert answer.text == "Você disse: São Paulo"
        assert answer.cost_micros == answer.tokens_in + 2 * answer.tokens_out > 0


def test_an_object_is_asked_for_and_given(make_provider):
    for kind in KINDS:
        assert ask(make_provider(kind), json_schema=SCHEMA).data == {"city": "São Paulo", "people": 1}


def test_tools_are_called_and_their_results_go_back(make_provider):
    tool = Tool("find_order", "Finds an order", {"type": "object", "properties": {"number": {"type": "integer"}}})
    for kind in KINDS:
        provider, question = make_provider(kind), Turn("user", "please find_order 12")
        (call,) = ask(provider, messages=[question], tools=[tool]).tool_calls
        assert (call.name, call.arguments) == ("find_order", {"number": 1})
        turns = [question, Turn("assistant", tool_calls=(call,)), Turn("tool", "sent", tool_call_id=call.id)]
        answer = ask(provider, messages=turns, tools=[tool])
        assert (answer.text, answer.tool_calls) == ("Você disse: sent", ())


@pytest.mark.parametrize("kind", KINDS)
def test_bad_answers_are_clean_errors(make_provider, kind, monkeypatch):
    monkeypatch.setattr(completing, "SECONDS", 0.5)
    for model, permanent, billed in [
        ("sim-html", False, True),
        ("sim-empty", False, True),
        ("sim-huge", False, True),
        ("sim-slow", False, True),
        ("sim-odd", False, True),
        ("sim-list", False, True),
        ("sim-500", False, True),
        ("sim-429", False, False),
        ("sim-400", True, False),
        ("unknown-model", True, False),
    ]:
        with pytest.raises(AiError) as refused:
            ask(make_provider(kind, model=model, price_in=10**6, price_out=10**6))
        error, usage = refused.value, Usage.objects.order_by("-at").first()
        assert (model, error.permanent, error.billed) == (model, permanent, billed)
        assert (usage.state, usage.cost > 0) == (("assumed", True) if billed else ("free", False))
    assert sum(Spending.objects.values_list("reserved", flat=True)) == 0


def test_slowing_down_says_until_when(make_provider):
    with pytest.raises(AiError) as refused:
        ask(make_provider(model="sim-429"))
    assert 100 < (refused.value.retry_at - now()).total_seconds() <= 120


def test_a_wrong_key_is_permanent_and_the_key_is_told_nowhere(make_provider, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(AiError) as refused:
        ask(make_provider(api_key="wrong"))
    assert refused.value.permanent
    canary = "sk-canary-771b-of-a-provider"
    with pytest.raises(AiError) as missing:
        ask(make_provider(api_key=canary, model="unknown-model"))
    assert canary not in caplog.text + repr(vars(missing.value)) + repr(missing.value.__cause__)


def test_a_key_may_be_a_secret_that_is_for_ai(make_provider):
    provider = make_provider(api_key="")
    for scope, works in (("ai", True), ("datasources", False)):
        provider.secret = SecretFactory(organization=provider.organization, scope=scope, value="simulator-key")
        provider.save()
        if works:
            assert ask(provider).text
            assert [use.what for use in uses_of(provider.secret)]
        else:
            with pytest.raises(AiError):
                ask(provider)


def test_private_addresses_are_not_asked(make_provider):
    for url in ("http://127.0.0.1:1/v1", "http://169.254.169.254/v1", "http://[::1]/v1", "http://2130706433/v1"):
        with pytest.raises(AiError) as refused:
            ask(make_provider(base_url=url))
        assert (refused.value.permanent, refused.value.billed) == (True, False)


def test_a_provider_that_is_off_is_not_asked(make_provider):
    with pytest.raises(AiError):
        ask(make_provider(is_active=False))
    assert not Usage.objects.exists()
