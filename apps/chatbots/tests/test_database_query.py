"""A database step: a real file is asked, through the gate and no other way."""

import sqlite3

import pytest

from django.core.exceptions import ValidationError

from apps.chatbots import work_loop
from apps.chatbots.models import Flow, FlowVersion, Step
from apps.chatbots.services import problems
from apps.chatbots.tests.conftest import sent
from apps.chatbots.tests.flows import flow_of
from apps.datasources.files import file_of
from apps.datasources.models import Connection
from apps.datasources.services import delete
from apps.datasources.tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
QUERY = "SELECT status, total FROM orders WHERE phone = :phone ORDER BY id"


@pytest.fixture
def shop(house, settings, tmp_path):
    settings.DATASOURCES_ROOT = str(tmp_path)
    found = ConnectionFactory(organization=house.organization, name="Pedidos")
    file_of(found).parent.mkdir()
    with sqlite3.connect(file_of(found)) as base:
        base.execute("CREATE TABLE orders (id INT, phone TEXT, status TEXT, total REAL)")
        base.executemany("INSERT INTO orders VALUES (?, '42', ?, ?)", [(1, "pago", 10.5), (2, "enviado", 20)])
    base.close()
    return found


def asking(shop, query=QUERY, **fields):
    fields = {
        "connection": str(shop.pk),
        "query": query,
        "params": [{"name": "phone", "value": "{{last.text}}"}],
        "mapping": [{"path": "status", "variable": "status"}],
        "rows": "rows",
        "count": "n",
        **fields,
    }
    texts = ["{{status}} {{n}} {{rows.1.total}}", "nada {{n}}", "falhou"]
    steps = [("start", {}), ("database_query", fields), *(("message", {"text": text}) for text in texts), ("end", {})]
    lines = [("n1", "next", "n2"), ("n2", "next", "n3"), ("n2", "empty", "n4"), ("n2", "error", "n5")]
    return flow_of(steps, [*lines, *((f"n{number}", "next", "n6") for number in (3, 4, 5))])


def test_what_was_found_stands_in_variables(bot, talk, shop):
    bot(asking(shop))
    talk("42")
    work_loop.work_all()
    assert sent() == ["pago 2 20"]
    asked = Step.objects.get(kind="database_query", port="")
    assert asked.request == {"connection": "Pedidos", "query": QUERY, "params": {"phone": "42"}}
    assert (asked.answer["count"], "enviado" in asked.answer["rows"]) == (2, True)


def test_nothing_found_has_a_way_of_its_own_and_a_value_is_never_query(bot, talk, shop):
    bot(asking(shop))
    talk("' OR 1=1 --")
    work_loop.work_all()
    assert sent() == ["nada 0"]


@pytest.mark.parametrize("change", ["gone", "no file", "no table"])
def test_what_can_t_be_asked_takes_the_error_way(bot, talk, shop, change):
    bot(asking(shop))
    if change == "gone":
        Connection.objects.all().delete()
    elif change == "no file":
        file_of(shop).unlink()
    else:
        with sqlite3.connect(file_of(shop)) as base:
            base.execute("DROP TABLE orders")
        base.close()
    talk("42")
    work_loop.work_all()
    assert sent() == ["falhou"]
    assert Step.objects.get(kind="database_query", port="").answer["error"] in ("no_connection", "refused")


def test_what_the_gate_refuses_is_a_problem_of_the_query(shop):
    for query in ("DELETE FROM orders", "SELECT 1; SELECT 2", "SELECT load_extension('x')", "SELECT :other", "SELEC"):
        assert {(problem.node_id, problem.field) for problem in problems(asking(shop, query))} == {("n2", "query")}
    assert problems(asking(shop)) == []
    assert [problem.field for problem in problems(asking(shop, connection="0" * 32))] == ["connection"]


def test_past_the_form_the_gate_still_stands(bot, talk, shop, monkeypatch):
    """The negative control of the form: a flow that was published around it writes nothing."""
    monkeypatch.setattr("apps.chatbots.nodes.database_query.check", lambda *_args: None)
    bot(asking(shop, "DELETE FROM orders"))
    talk("42")
    work_loop.work_all()
    assert sent() == ["falhou"]
    with sqlite3.connect(file_of(shop)) as base:
        assert base.execute("SELECT count(*) FROM orders").fetchone() == (2,)
    base.close()


def test_a_database_that_a_flow_uses_is_not_deleted(bot, house, shop):
    version = bot(asking(shop))
    for change in (lambda: None, lambda: Flow.objects.update(draft=flow_of([("start", {})]))):
        change()
        with pytest.raises(ValidationError, match=version.flow.name):
            delete(shop, actor=house.agent)
    FlowVersion.objects.create(flow=version.flow, number=2, graph=flow_of([("start", {})]))
    delete(shop, actor=house.agent)
    assert not Connection.objects.exists()
