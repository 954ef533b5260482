"""Files of other programs: what is taken over, what is told, and what nobody gets in with."""

import random

import orjson
import pytest

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from apps.chatbots import importing, services
from apps.chatbots.models import Bot, Flow
from apps.chatbots.tests.test_gallery import run
from apps.chatbots.tests.workshop import workshop
from apps.organizations.tenancy import tenant_scope

__all__ = ["workshop"]


def group(key, *blocks):
    return {"id": key, "title": key, "graphCoordinates": {"x": 10.5, "y": 0}, "blocks": list(blocks)}


def words(key, *said):
    rich = [{"type": "p", "children": [{"text": part} for part in said]}]
    return {"id": key, "type": "text", "content": {"richText": rich}}


def line(key, source, **target):
    return {"id": key, "from": source, "to": target}


def typebot():
    rule = {"variableId": "v1", "comparisonOperator": "Contains", "value": "ana"}
    condition = [{"id": "i", "content": {"logicalOperator": "AND", "comparisons": [rule]}}]
    choices = [{"id": "x", "content": "Um"}, {"id": "y", "content": "Dois " * 9}]
    return {
        "version": "6",
        "name": "Meu bot",
        "events": [{"id": "e", "type": "start", "outgoingEdgeId": "l0"}],
        "variables": [{"id": "v1", "name": "Nome do cliente"}, {"id": "v2", "name": "Opção"}],
        "groups": [
            group(
                "g1",
                words("b0", "Bem-vindo!"),
                words("b1", "Qual é o seu nome?"),
                {"id": "b2", "type": "text input", "options": {"variableId": "v1"}},
                {"id": "b3", "type": "Condition", "items": condition, "outgoingEdgeId": "l2"},
            ),
            group(
                "g2",
                words("b4", "Oi, {{Nome do cliente}}. Qual?"),
                {"id": "b5", "type": "choice input", "options": {"variableId": "v2"}, "items": choices},
            ),
            group("g3", words("b6", "Fim"), {"id": "b7", "type": "Google Sheets", "options": {"a": {"b": 1}}}),
        ],
        "edges": [
            line("l0", {"eventId": "e"}, groupId="g1"),
            line("l1", {"blockId": "b3", "itemId": "i"}, groupId="g2"),
            line("l2", {"blockId": "b3"}, groupId="g3"),
            line("l3", {"blockId": "b5", "itemId": "x"}, groupId="g3", blockId="b6"),
            line("l4", {"blockId": "b5", "itemId": "y"}, groupId="g1"),
        ],
    }


def earlier():
    def node(key, kind, **data):
        return {"id": key, "type": "custom", "position": {"x": 0, "y": 100}, "data": {"nodeType": kind, **data}}

    rules = [{"variable": "tipo", "operator": "==", "value": "Cobrança"}]
    nodes = [
        node("s", "start", label="Início"),
        node("m", "message", message="Olá, {{contact.name}}!"),
        node(
            "q", "question", question="Tipo?", variableName="tipo", options=[{"label": "Erro"}, {"label": "Cobrança"}]
        ),
        node("c", "condition", conditions=rules, logicOperator="OR", label="Urgente?"),
        node("a", "apicall", url="https://api.example/x", method="POST", body={"t": "{{tipo}}"}, outputVariable="r"),
        node("h", "handoff", transferMessage="Um especialista vem", queueId="X", label="Fila"),
        node("z", "quantumleap", label="Novo"),
        node("f", "end", endMessage="Tchau"),
    ]
    lines = [("s", "m", ""), ("m", "q", ""), ("q", "c", ""), ("c", "h", "true"), ("c", "a", "false"), ("a", "z", "")]
    edges = [{"source": source, "target": target, "sourceHandle": handle} for source, target, handle in lines]
    edges.append({"source": "z", "target": "f"})
    return {"name": "Suporte", "flow_data": {"canvas_data": {"nodes": nodes, "edges": edges}}}


def test_a_typebot_is_taken_over_and_runs():
    found = importing.read(orjson.dumps(typebot()))
    assert found.name == "Meu bot"
    assert any("Google Sheets" in warning for warning in found.warnings)
    sent, status = run(found.graph, ["Ana", "Um"])
    assert sent == ["Bem-vindo!", "Qual é o seu nome?", "Oi, Ana. Qual?", "Fim"]
    assert status == "ended"
    assert run(found.graph, ["Zé"])[0][-1] == "Fim"


def test_a_flow_of_the_earlier_pytake_is_taken_over_and_runs():
    found = importing.read(orjson.dumps(earlier()))
    sent, status = run(found.graph, ["Cobrança"])
    assert (sent[1:], status) == (["Tipo?", "Um especialista vem"], "handed")
    answer = {"status": 200, "body": {"ok": 1}}
    assert run(found.graph, ["Erro", answer])[0][-1] == "Tchau"
    assert {"“Novo”" in warning for warning in found.warnings} == {True, False}


@pytest.mark.django_db
@pytest.mark.parametrize("make", [typebot, earlier])
def test_what_was_taken_over_has_no_problems(workshop, make):
    with tenant_scope(workshop.flow.organization_id):
        assert services.problems(importing.read(orjson.dumps(make())).graph) == []


@pytest.mark.parametrize(
    "hostile",
    [
        b" " * 10_000_000,
        b"[" * 100_000,
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"schema": 9}',
        b'{"groups": 3}',
        b'{"nodes": 3}',
        orjson.dumps({"groups": [{"blocks": [{"type": "text"}] * 600}]}),
    ],
)
def test_a_hostile_file_is_one_sentence(hostile):
    with pytest.raises(ValidationError) as caught:
        importing.read(hostile)
    assert len(caught.value.messages) == 1


def test_jumps_in_circles_end_at_the_engine_s_limit():
    rounds = typebot()
    rounds["groups"][0]["blocks"] = [{"id": "b0", "type": "Jump", "options": {"groupId": "g1"}}]
    sent, status = run(importing.read(orjson.dumps(rounds)).graph, [])
    assert (len(sent), status) == (1, "handed")


def broken(value, chance):
    """A file in which anything may stand anywhere."""
    if chance.random() < 0.06:
        return chance.choice([None, True, -1e308, "", "{{", "x" * 5_000, [], {}, [[{}]], {"a": {"b": []}}, "b2", "g1"])
    if isinstance(value, dict):
        return {key: broken(inner, chance) for key, inner in value.items() if chance.random() > 0.02}
    if isinstance(value, list):
        return [broken(inner, chance) for inner in value] * chance.choice([1, 1, 1, 2])
    return value


def test_whatever_a_file_says_a_flow_or_a_sentence_comes_of_it():
    chance, read = random.Random(7), 0
    for _round in range(400):
        try:
            found = importing.read(orjson.dumps(broken(chance.choice([typebot, earlier])(), chance)))
        except ValidationError:
            continue
        read += 1
        run(found.graph, [])
    assert read > 200


@pytest.mark.django_db
def test_a_file_is_looked_at_before_it_is_kept(workshop):
    browser = workshop.client("admin")

    def send(content):
        return browser.post(workshop.url("import"), {"file": SimpleUploadedFile("a.json", content)})

    for hostile in (b"[" * 100_000, b'{"schema": 9}', b" " * 2_100_000):
        assert send(hostile).status_code == 422
    shown = browser.get(send(orjson.dumps(typebot())).url)
    assert "Google Sheets" in shown.content.decode()
    assert len(browser.get(shown.context["graph_url"]).json()["graph"]["nodes"]) > 5
    with tenant_scope(workshop.flow.organization_id):
        assert Bot.objects.count() == 1
    address = shown.request["PATH_INFO"]
    assert browser.post(address, {"name": workshop.flow.bot.name}).status_code == 422
    assert browser.post(address, {"name": "Do Typebot"}).status_code == 302
    with tenant_scope(workshop.flow.organization_id):
        made = Flow.objects.get(bot__name="Do Typebot")
        assert (made.is_main, made.bot.is_active, made.versions.exists()) == (True, False, False)
    gone = browser.get(workshop.url("proposal", key="nothing"))
    assert gone.url == workshop.url("import")


@pytest.mark.django_db
def test_the_command_imports_or_says_why_not(workshop, tmp_path, capsys):
    slug, file = workshop.flow.organization.slug, tmp_path / "suporte.json"
    file.write_bytes(orjson.dumps(earlier()))
    call_command("import_flow", slug, file, "--dry-run")
    call_command("import_flow", slug, file, "--bot", workshop.flow.bot.name, "--name", "Importado")
    assert "steps, kept as a draft" in capsys.readouterr().out
    for arguments in (("nobody", file), (slug, tmp_path), (slug, file, "--bot", "?")):
        with pytest.raises(CommandError):
            call_command("import_flow", *arguments)
    file.write_bytes(b"{")
    with pytest.raises(CommandError, match="JSON"):
        call_command("import_flow", slug, file)
    with tenant_scope(workshop.flow.organization_id):
        assert set(Flow.objects.values_list("name", flat=True)) == {workshop.flow.name, "Importado"}
