"""A script in a flow."""

import pytest

from apps.chatbots import scripting, work_loop
from apps.chatbots.models import Step
from apps.chatbots.services import problems
from apps.chatbots.tests.conftest import sent
from apps.chatbots.tests.flows import flow_of

pytestmark = pytest.mark.django_db


def scripted(code):
    steps = [("start", {}), ("script", {"code": code}), ("message", {"text": "{{total}} {{names.1}}"}), ("end", {})]
    return flow_of(steps)


def test_what_it_puts_into_result_becomes_variables(bot, talk):
    code = (
        "words = last['text'].split()\nprint('heard', len(words))\nresult['total'] = len(words) * 2\n"
        "result['names'] = words\nresult['not a name'] = 1"
    )
    bot(scripted(code))
    talk("Ana Bia")
    work_loop.work_all()
    assert sent() == ["4 Bia"]
    asked = Step.objects.get(kind="script", port="")
    assert asked.answer["console"] == "heard 2\n"
    assert "not a name" not in Step.objects.get(kind="script", port="next").delta


def test_a_script_that_breaks_takes_the_error_way_and_says_why(bot, talk):
    bot(scripted("print('so far')\n1 / 0"), fallback_text="Um momento")
    talk("Oi")
    work_loop.work_all()
    assert sent() == ["Um momento"]
    answer = Step.objects.get(kind="script", port="").answer
    assert (answer["error"], answer["console"]) == ("script", "so far\n")
    assert "ZeroDivisionError" in answer["why"]


def test_what_can_t_be_read_or_isolated_is_not_published(monkeypatch):
    assert problems(scripted("for x in [1]:\n    result['x'] = '''a\nb'''\n")) == []
    assert [(problem.node_id, problem.field) for problem in problems(scripted("for x in"))] == [("n2", "code")]
    monkeypatch.setattr(scripting, "_stands", lambda: False)
    assert [problem.node_id for problem in problems(scripted("result['x'] = 2"))] == ["n2"]
