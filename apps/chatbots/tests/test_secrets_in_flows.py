"""A secret of the vault in an HTTP step: it leaves with the call and stands nowhere else."""

import logging

import pytest

from django.core.exceptions import ValidationError
from django.core.serializers import serialize

from apps.audit.models import AuditEvent
from apps.chatbots import secrets, work_loop, working
from apps.chatbots.models import Flow, FlowVersion, Session, Step
from apps.chatbots.outside.base import Job
from apps.chatbots.services import problems
from apps.chatbots.tests.conftest import sent
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.tests.test_outside import world
from apps.conversations.models import Message
from apps.core.http import OutboundResponse
from apps.vault.models import Secret
from apps.vault.services import delete
from apps.vault.tests.factories import SecretFactory

__all__ = ["world"]
pytestmark = pytest.mark.django_db
CANARY = 'parrot-9d"/ü'


def asking(name="erp", **fields):
    fields = {
        "method": "POST",
        "url": f"https://api.example/{{{{secret.{name}}}}}?q={{{{last.text}}}}",
        "headers": [
            {"name": "X-Erp", "value": f"Key {{{{ secret.{name} }}}}"},
            {"name": "X-Said", "value": "{{last.text}}"},
        ],
        "body": f'{{"pass": "{{{{secret.{name}}}}}", "said": "{{{{last.text}}}}"}}',
        "mapping": [{"path": "echo", "variable": "echo"}],
        **fields,
    }
    return flow_of([("start", {}), ("http_request", fields), ("message", {"text": "{{echo}}"}), ("end", {})])


@pytest.fixture
def erp(house):
    return SecretFactory(organization=house.organization, name="erp", value=CANARY, scope="chatbots")


def test_it_is_escaped_for_where_it_stands_and_told_nowhere(bot, talk, world, erp, caplog):
    caplog.set_level(logging.DEBUG)
    world.answer = OutboundResponse(200, {}, b'{"echo": "parrot-9d\\"/\\u00fc came", "n": [1]}')
    bot(asking())
    talk("oi {{secret.erp}} \ue0f0erp\ue0f1")
    waiting = str(Session.objects.values_list("work", "state"))
    work_loop.work_all()
    ((_method, url, given),) = world.asked
    assert url == "https://api.example/parrot-9d%22%2F%C3%BC?q=oi%20%7B%7Bsecret.erp%7D%7D%20erp"
    assert given["headers"]["X-Erp"] == f"Key {CANARY}"
    assert given["headers"]["X-Said"] == "oi {{secret.erp}} erp"
    assert given["secret_headers"] == {"X-Erp"}
    assert given["data"].decode() == '{"pass": "parrot-9d\\"/ü", "said": "oi {{secret.erp}} erp"}'
    assert sent() == ["••• came"]
    rows = [*Session.objects.all(), *Step.objects.all(), *Message.objects.all(), *AuditEvent.objects.all()]
    rows += [*Flow.objects.all(), *FlowVersion.objects.all()]
    assert "parrot" not in serialize("json", rows) + caplog.text + waiting
    assert Step.objects.get(kind="http_request", port="").request["headers"]["X-Erp"] == "Key {{secret.erp}}"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda: Secret.objects.all().delete(), "no_secret"),
        (lambda: Secret.objects.update(scope="ai"), "wrong_scope"),
    ],
)
def test_one_that_is_gone_or_for_others_takes_the_error_way(bot, talk, world, erp, change, error):
    bot(asking(), fallback_text="Um momento")
    change()
    talk("1")
    work_loop.work_all()
    assert (world.asked, sent()) == ([], ["Um momento"])
    assert Step.objects.get(kind="http_request", port="").answer == {"error": error, "secret": "erp"}


def test_only_secrets_for_chatbots_can_be_published(house, erp):
    SecretFactory(organization=house.organization, name="other", scope="datasources")
    assert problems(asking()) == []
    assert secrets.usable() == ["erp"]
    for name in ("other", "nothing"):
        assert {problem.field for problem in problems(asking(name))} == {"url", "headers", "body"}


def test_a_secret_that_a_flow_uses_is_not_deleted(bot, house, erp):
    version = bot(asking())
    with pytest.raises(ValidationError) as refused:
        delete(erp, actor=house.agent)
    assert version.flow.name in refused.value.messages[0]
    similar = SecretFactory(organization=house.organization, name="er", scope="any")
    delete(similar, actor=house.agent)
    Flow.objects.update(draft=flow_of([("start", {})]))
    with pytest.raises(ValidationError):
        delete(erp, actor=house.agent)  # the version still uses it


def test_without_hiding_the_answer_would_carry_it(world, erp, monkeypatch):
    """The negative control."""
    world.answer = OutboundResponse(200, {}, b'parrot-9d"/\xc3\xbc')
    work = {"key": "1.0", "do": "CallHttp", "method": "GET", "headers": {}, "body": "", "timeout": 1, "retries": 0}
    job = Job({**work, "url": f"https://a.example/{secrets.mark('{{secret.erp}}')}"})
    assert "parrot" not in str(working.answer(job))
    monkeypatch.setattr("apps.chatbots.outside.redacting.without", lambda given, found: given)
    assert "parrot" in str(working.answer(job))
