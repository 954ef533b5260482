"""Whatever is drawn and whatever is said: the engine never raises, never goes too far, loses nothing, and a replay of
the same inputs is the same."""

import json
import random
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apps.chatbots import effects, engine
from apps.chatbots import state as states
from apps.chatbots.nodes import KINDS
from apps.chatbots.nodes.fields import RowsField
from apps.chatbots.state import Answered, Began, Said, TimeCame

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = [
    "",
    "x",
    "{{n}}",
    "{{ a.b.0 }}",
    "sim",
    "1",
    "9" * 400,
    "12/13/2026",
    "1e999",
    "nan",
    "{{",
    "ção",
    "a@b.co",
    "\u0000",
]
ROWS = [
    {
        "id": "a",
        "title": "sim",
        "weight": "1",
        "variable": "n",
        "operator": "more",
        "value": "{{n}}",
        "name": "n",
        "path": "a",
        "type": "text",
        "about": "",
    }
]
FIELDS = {
    "text": st.sampled_from(WORDS),
    "variable": st.sampled_from(["n", "a", "text"]),
    "value": st.sampled_from(WORDS),
    "type": st.sampled_from(
        ["text", "number", "email", "phone", "cpf", "cnpj", "cep", "date", "choice", "file", "pattern"]
    ),
    "pattern": st.sampled_from(["a+", "(a|b)*c", "("]),
    "how": st.sampled_from(["set", "add", "append", "clear"]),
    "match": st.sampled_from(["all", "any"]),
    "then": st.sampled_from(["leave", "close"]),
    "retries": st.integers(0, 3),
    "minutes": st.integers(1, 90),
    "amount": st.sampled_from([5, "10,50", "{{n}}"]),
    "unit": st.sampled_from(["seconds", "days"]),
    "flow": st.just("other"),
    "node": st.sampled_from(["n1", "n2", "n3", "n9"]),
    **{
        name: st.just(ROWS) for name in ("rules", "cases", "buttons", "rows", "ways", "variables", "choices", "mapping")
    },
    **{name: st.just(ROWS) | st.just([]) for name in ("outputs", "remember", "params")},
    **{name: st.just("Aurora") for name in ("key", "name", "city", "button", "label")},
    "url": st.just("https://api.example/{{n}}"),
}
# Their choices are rows of the database: their fields are empty here.
QUIET = {"queue", "department", "agent", "tag", "template"}


@st.composite
def flows(draw):
    kinds = ["start", *draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=8))]
    nodes, edges = [], []
    for number, kind in enumerate(kinds, 1):
        cls = KINDS[kind]
        names = [name for name in cls.form_class.base_fields if name in FIELDS and name not in QUIET]
        fields = {name: draw(FIELDS[name]) for name in names}
        form = cls.form_class(data=fields)
        for name in QUIET | {"flow"}:
            form.fields.pop(name, None)
        form.full_clean()
        clean = cls.filled({**form.cleaned_data, **({"flow": "other"} if kind == "subflow" else {})})
        nodes.append({"id": f"n{number}", "kind": kind, "fields": clean})
        for port in cls.ports(clean):
            if draw(st.integers(0, 5)):
                edges.append({"from": f"n{number}", "port": port.name, "to": f"n{draw(st.integers(1, len(kinds)))}"})
    return {"schema": 1, "nodes": nodes, "edges": edges}


said = st.builds(
    Said,
    id=st.just("m"),
    kind=st.sampled_from(["text", "image", "location", "interactive"]),
    text=st.sampled_from(WORDS) | st.text(max_size=20),
    payload=st.sampled_from(["", "a", "gone"]),
    data=st.just({"latitude": -23.5}),
)
ANSWERS = [
    None,
    True,
    {"status": 200, "body": {"a": [1]}},
    {"status": "x"},
    [],
    "<html>",
    {"status": 204, "body": None},
    {"rows": [{"a": 1}], "count": 1},
    {"rows": []},
    {"text": "Oi", "data": {"n": "x"}, "calls": []},
    {"text": "", "calls": [{"id": "1", "name": "remember", "arguments": {"name": "n", "value": [1]}}]},
    {"text": "x", "data": [], "calls": [{"id": "1", "name": "go", "arguments": {"way": "a"}}, {"name": 3}, None]},
    {"text": "Tchau", "calls": [{"id": "1", "name": "hand_over", "arguments": {}}]},
    {"text": 3, "calls": 7},
]


def test_every_kind_of_step_bears_every_answer():
    """Without chance: each kind with all its fields, entered, answered oddly, spoken to, and out of time."""
    for kind, cls in KINDS.items():
        rows = {name: field for name, field in cls.form_class.base_fields.items() if isinstance(field, RowsField)}
        full = cls.filled({name: field.clean(json.dumps(ROWS)) for name, field in rows.items()} | {"text": "x"})
        for fields in (cls.filled({}), full):
            graph = {
                "schema": 1,
                "nodes": [{"id": "n1", "kind": "start"}, {"id": "n2", "kind": kind, "fields": fields}],
                "edges": [{"from": "n1", "port": "next", "to": "n2"}],
            }
            programs = {"v": engine.compile_graph("v", graph)}
            begun, _done = engine.advance(engine.begin(programs["v"]), engine.Input(AT, Began(), programs))
            key = begun.waiting.key if begun.waiting else ""
            events = [
                *(Answered(key, value) for value in ANSWERS),
                Answered(key, error="x"),
                Said(text="{{n}}"),
                TimeCame(),
            ]
            for event in events:
                after, _done = engine.advance(begun, engine.Input(AT + timedelta(days=99), event, programs))
                assert after.is_over or after.waiting is not None, (kind, event)


class Session(RuleBasedStateMachine):
    @initialize(graph=flows(), other=flows(), seed=st.integers(0, 1 << 31))
    def begin(self, graph, other, seed):
        self.programs = {
            "v": engine.compile_graph("v", graph),
            "w": engine.compile_graph("w", other),
        }
        self.programs["flow:other"] = self.programs["w"]
        self.state, self.seed, self.at = engine.begin(self.programs["v"]), seed, AT
        self.told, self.heard, self.keys, self.inputs, self.outputs = 0, 0, [], [], []
        self.feed(Began())

    def feed(self, event):
        given = engine.Input(self.at, event, self.programs, self.seed, {"contact": {"name": "Ana"}})
        before = states.dump(self.state)
        took = self.state.steps
        after, done = engine.advance(self.state, given)
        assert states.dump(self.state) == before  # the state that was given is left alone
        assert after.steps - took <= engine.MAX_STEPS
        assert len(after.frames) <= engine.MAX_DEPTH
        self.heard += sum(1 for effect in done if isinstance(effect, effects.Took) and effect.heard is not None)
        self.keys += [effect.key for effect in done if not isinstance(effect, effects.Took)]
        if after.reason not in ("", "ended", "handed", "closed") and after.is_over and before["status"] != after.status:
            assert any(isinstance(effect, effects.Handoff) for effect in done)
        self.inputs.append(given)
        self.outputs.append((states.dump(after), done))
        self.state = states.load(states.dump(after))  # as a row would keep it

    @rule(event=said)
    def say(self, event):
        self.told += 1
        self.feed(event)

    @rule(seconds=st.sampled_from([0, 61, 90_000]))
    def time_passes(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.feed(TimeCame())

    @rule(value=st.sampled_from(ANSWERS), error=st.sampled_from(["", "timeout"]), right=st.booleans())
    def outside_answers(self, value, error, right):
        waiting = self.state.waiting
        self.feed(Answered(waiting.key if right and waiting else "0.0", value, error))

    @invariant()
    def nothing_said_is_lost(self):
        assert self.heard + len(self.state.inbox) == self.told

    @invariant()
    def no_key_comes_twice(self):
        assert len(set(self.keys)) == len(self.keys)

    @invariant()
    def who_rests_waits_for_something(self):
        assert self.state.is_over or (self.state.status == states.WAITING and self.state.waiting is not None)

    def teardown(self):
        """The replay: the same inputs again, whatever chance says meanwhile."""
        if not hasattr(self, "inputs"):
            return
        random.seed(1)
        state = engine.begin(self.programs["v"])
        for given, (expected, done) in zip(self.inputs, self.outputs, strict=True):
            state, again = engine.advance(state, given)
            assert (states.dump(state), again) == (expected, done)
            state = states.load(states.dump(state))


TestSession = Session.TestCase
TestSession.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
