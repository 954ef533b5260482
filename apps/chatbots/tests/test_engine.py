"""The engine on its own: no database, no clock."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.chatbots import effects, engine
from apps.chatbots import state as states
from apps.chatbots.state import Answered, Began, Said, TimeCame
from apps.chatbots.tests.flows import flow_of

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Talk:
    """A session by hand; `said` is what the bot sent so far."""

    def __init__(self, graph, **programs):
        self.programs = {"v": engine.compile_graph("v", graph)}
        self.programs |= {f"flow:{name}": engine.compile_graph(f"v-{name}", raw) for name, raw in programs.items()}
        self.programs |= {program.version: program for program in self.programs.values()}
        self.state, self.said, self.at = engine.begin(self.programs["v"]), [], AT
        self(Began())

    def __call__(self, event, after=0):
        self.at += timedelta(seconds=after)
        event = Said(text=event) if isinstance(event, str) else event
        given = engine.Input(self.at, event, self.programs, seed=7)
        self.state, self.done = engine.advance(self.state, given)
        self.said += [effect.text for effect in self.done if isinstance(effect, effects.Send)]
        return self


def test_a_loop_without_an_answer_ends_with_a_person_after_200_steps():
    graph = flow_of([("start", {}), ("set_variable", {"variable": "n", "how": "add", "value": "1"})])
    graph["edges"].append({"from": "n2", "port": "next", "to": "n2"})
    talk = Talk(graph)
    assert (talk.state.steps, talk.state.reason, talk.state.status) == (200, "loop", states.HANDED)
    assert talk.said


def test_a_turn_that_takes_longer_than_five_seconds_ends_with_a_person():
    programs = {"v": engine.compile_graph("v", flow_of([("start", {}), ("end", {})]))}
    given = engine.Input(AT, Began(), programs, seconds=iter([0, 5.1]).__next__)
    after, done = engine.advance(engine.begin(programs["v"]), given)
    assert (after.reason, after.status) == ("slow", states.HANDED)
    assert any(isinstance(effect, effects.Handoff) for effect in done)


def test_flows_that_call_themselves_stop_at_a_depth_of_ten():
    graph = flow_of([("start", {}), ("subflow", {"flow": "me"}), ("end", {})])
    talk = Talk(graph, me=graph)
    assert (talk.state.reason, len(talk.state.frames)) == ("depth", engine.MAX_DEPTH)


def test_a_sub_flow_returns_with_its_variables():
    inner = flow_of([("start", {}), ("set_variable", {"variable": "x", "how": "set", "value": "7"}), ("end", {})])
    talk = Talk(
        flow_of([("start", {}), ("subflow", {"flow": "inner"}), ("message", {"text": "{{x}}"}), ("end", {})]),
        inner=inner,
    )
    assert (talk.said, talk.state.status) == (["7"], states.ENDED)


HTTP = flow_of(
    [
        ("start", {}),
        (
            "http_request",
            {"method": "GET", "url": "https://api.example/{{x}}", "mapping": [{"path": "a.0", "variable": "first"}]},
        ),
        ("question", {"text": "Nome?", "type": "text", "variable": "name"}),
        ("message", {"text": "{{first}} {{name}}"}),
        ("end", {}),
    ]
)


def test_what_is_said_during_outside_work_is_kept_and_heard_in_order():
    talk = Talk(HTTP)("Maria")("de Souza")
    key = next(effect for effect in Talk(HTTP).done if isinstance(effect, effects.CallHttp)).key
    talk(Answered(key, {"status": 200, "body": {"a": ["Oi"]}}))
    assert talk.said == ["Nome?", "Oi Maria"]
    assert [said.text for said in talk.state.inbox] == ["de Souza"]


@pytest.mark.parametrize(
    "answer", [{"status": 500, "body": "<html>"}, {"status": "?"}, None, [], "text", {"status": 200.5}]
)
def test_any_bad_answer_from_outside_takes_the_error_way_and_then_the_fallback(answer):
    talk = Talk(HTTP)
    key = talk.state.waiting.key
    assert talk(Answered("0.0", {"status": 200})).state.status == states.WAITING  # of the past: nobody waits for it
    assert (talk(Answered(key, answer)).state.reason, len(talk.said)) == ("error", 1)


def test_no_answer_in_time_is_an_error_too():
    assert Talk(HTTP)(TimeCame(), after=3_600).state.reason == "error"


def test_a_delay_keeps_what_is_said_and_ends_by_the_clock_alone():
    graph = flow_of(
        [
            ("start", {}),
            ("delay", {"amount": 5, "unit": "minutes"}),
            ("wait_reply", {"minutes": 1, "variable": "x"}),
            ("message", {"text": "{{x}}"}),
            ("end", {}),
        ],
        [
            ("n1", "next", "n2"),
            ("n2", "next", "n3"),
            ("n3", "next", "n4"),
            ("n3", "timeout", "n5"),
            ("n4", "next", "n5"),
        ],
    )
    talk = Talk(graph)("cedo")(TimeCame(), after=299)
    assert talk.said == []
    assert talk(TimeCame(), after=2).said == ["cedo"]


def test_a_variable_is_looked_up_once_and_never_run():
    graph = flow_of(
        [
            ("start", {"variables": [{"name": "a", "value": "{{b}}"}, {"name": "b", "value": "x"}]}),
            ("set_variable", {"variable": "c", "value": "{{ c.__class__ }}{% now %}{{a}}"}),
            ("message", {"text": "{{c}}|{{none.at.all}}"}),
            ("end", {}),
        ]
    )
    talk = Talk(graph)
    assert talk.said == ["{% now %}|"]


def test_buttons_lead_on_by_touch_title_or_number():
    rows = [{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]
    graph = flow_of(
        [
            ("start", {}),
            ("buttons", {"text": "Quer?", "buttons": rows, "variable": "x"}),
            ("message", {"text": "bom"}),
            ("message", {"text": "pena"}),
            ("end", {}),
        ],
        [("n1", "next", "n2"), ("n2", "yes", "n3"), ("n2", "no", "n4"), ("n3", "next", "n5"), ("n4", "next", "n5")],
    )
    for heard in (Said(kind="interactive", text="Não", payload="no"), "nao", "2"):
        assert Talk(graph)(heard).said[-1] == "pena"
    assert Talk(graph)("talvez").state.status == states.WAITING


def test_a_pix_charge_has_a_code_that_banks_read_and_waits_for_its_payment():
    fields = {
        "text": "Pague",
        "key": "a@b.co",
        "name": "Loja Aurora",
        "city": "Sao Paulo",
        "amount": "10,50",
        "minutes": 5,
    }
    graph = flow_of(
        [("start", {}), ("pix", fields), ("message", {"text": "Pago"}), ("end", {})],
        [("n1", "next", "n2"), ("n2", "paid", "n3"), ("n2", "timeout", "n4"), ("n3", "next", "n4")],
    )
    talk = Talk(graph)
    code = next(effect for effect in talk.done if isinstance(effect, effects.Send)).content["code"]
    assert code.startswith("00020126")
    assert "540510.50" in code
    wanted = next(effect for effect in talk.done if isinstance(effect, effects.AwaitPayment))
    assert wanted.reference in code
    assert talk(Answered(wanted.key, {"paid": True})).said[-1] == "Pago"


def test_a_node_that_is_gone_ends_with_a_person():
    graph = flow_of([("start", {}), ("message", {"text": "x"})])
    graph["nodes"][1]["kind"] = "removed"
    assert Talk(graph).state.reason == "missing"
